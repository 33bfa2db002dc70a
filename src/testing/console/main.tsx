/** The console: a page that does by clicks what the control API does. Built into dist/console, loaded by browsers only. */
import { render } from "preact";
import { Console } from "./console.js";
import { followWhileSeen } from "./live/follow.js";

document.addEventListener("visibilitychange", followWhileSeen);
followWhileSeen();
render(<Console />, document.getElementById("console") as HTMLElement);
