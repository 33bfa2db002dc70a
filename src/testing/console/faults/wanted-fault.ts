import { observable } from "../live/observable.js";
import type { FaultDraft } from "./draft.js";

/** What another page wants the form to begin with. */
export const wantedFault = observable<Partial<FaultDraft>>({});
