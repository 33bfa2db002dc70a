import { useKnown } from "../live/known.js";
import { act } from "../live/notices.js";
import { Card } from "../parts/card.js";
import { Facts } from "../parts/code.js";
import { confirm } from "../parts/dialog.js";
import { Clock } from "./clock.js";
import { GraphSettings } from "./graph-settings.js";
import { Snapshot } from "./snapshot.js";
import { Trust } from "./trust.js";

function reset(): void {
  confirm({
    title: "Reset the tenant?",
    text: "All goes back to the state after its start; tokens stay valid. Export first what is to be kept.",
    doIt: "Reset",
    onYes: () => void act([{ method: "POST", path: "api/reset", body: {} }], "The tenant is as it was after its start"),
  });
}

function stop(): void {
  confirm({
    title: "Stop the emulator?",
    text: "Nothing answers any more, this page neither.",
    doIt: "Stop",
    onYes: () => void act([{ method: "POST", path: "api/stop", body: {} }], "The emulator stops"),
  });
}

export function Tenant(_: { rest: string[] }) {
  const { health } = useKnown();
  return (
    <>
      <div class="toolbar">
        <h2>Tenant</h2>
      </div>
      <div class="masonry">
        <Clock />
        <Card title="Who it is">
          <Facts
            of={[
              ["Domain", health?.domain],
              ["Tenant id", health?.tenantId],
              ["Address", health?.origin],
            ]}
          />
        </Card>
        <GraphSettings />
        <Snapshot />
        <Trust />
        <Card title="Begin again, or end">
          <div class="actions">
            <button type="button" class="danger" onClick={reset}>
              Reset…
            </button>
            <button type="button" class="danger" onClick={stop}>
              Stop the emulator…
            </button>
          </div>
        </Card>
      </div>
    </>
  );
}
