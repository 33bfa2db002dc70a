import { faultAsJson, faultFromJson } from "../faults/fault-json.js";
import type { Armed } from "../faults/faults.js";
import { type GraphSwitches, initialSwitches } from "../graph/switches.js";
import { ControlError, checkFields, notFound } from "./control-error.js";
import type { ControlCall, ControlReply, Route } from "./route.js";

function faultShown(armed: Armed): object {
  const { id, struck, left } = armed;
  return { id, ...faultAsJson(armed), struck, left: Number.isFinite(left) ? left : null };
}

function addFault({ emulator: { faults }, body }: ControlCall): ControlReply {
  try {
    faults.add(faultFromJson(body));
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new ControlError("invalid", error.message);
  }
  return { status: 201, json: faultShown(faults.list().at(-1)!) };
}

const clockShown = ({ emulator: { clock } }: ControlCall): ControlReply => {
  return { json: { now: new Date(clock.now()).toISOString(), offsetMs: clock.offset() } };
};

function moveClock(call: ControlCall): ControlReply {
  const { clock } = call.emulator;
  const { body } = call;
  checkFields(body, { advanceMs: "number", now: "time" });
  if ((body.advanceMs === undefined) === (body.now === undefined))
    throw new ControlError("invalid", "Give advanceMs or now.");
  const ms = (body.advanceMs as number | undefined) ?? Date.parse(body.now as string) - clock.now();
  try {
    clock.advance(ms);
  } catch {
    throw new ControlError("invalid", '"advanceMs" leads beyond the end of time.');
  }
  return clockShown(call);
}

function switchGraph({ tenant, body }: ControlCall): ControlReply {
  const { switches } = tenant.graph;
  checkFields(body, switchKinds(switches));
  try {
    Object.assign(switches, initialSwitches({ ...switches, ...body } as GraphSwitches));
  } catch (error) {
    throw new ControlError("invalid", (error as Error).message);
  }
  return { json: switches };
}

function switchKinds(switches: GraphSwitches) {
  const kinds = { string: "text", boolean: "boolean", number: "number" } as const;
  return Object.fromEntries(
    Object.entries(switches).map(([name, value]) => [name, kinds[typeof value as keyof typeof kinds]]),
  );
}

/** What concerns the whole emulator: what goes wrong, what time it is, its start and its end. */
export const stateRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "api/faults",
    does: "what is to go wrong, with how often it did and will",
    handle: ({ emulator }) => ({
      json: { value: emulator.faults.list().map(faultShown), count: emulator.faults.list().length },
    }),
  },
  { method: "POST", path: "api/faults", does: "lets something go wrong", handle: addFault },
  {
    method: "DELETE",
    path: "api/faults",
    does: "lets nothing go wrong any more",
    handle({ emulator }) {
      emulator.faults.clear();
      return {};
    },
  },
  {
    method: "DELETE",
    path: "api/faults/{id}",
    does: "takes a fault away",
    handle({ emulator, params }) {
      if (!emulator.faults.remove(Number(params.id))) throw notFound(`fault ${params.id}`);
      return {};
    },
  },
  { method: "GET", path: "api/clock", does: "what time it is", handle: clockShown },
  { method: "PATCH", path: "api/clock", does: "moves time: advanceMs, or now", handle: moveClock },
  {
    method: "DELETE",
    path: "api/clock",
    does: "back to real time",
    handle(call) {
      const { clock } = call.emulator;
      clock.advance(-clock.offset());
      return {};
    },
  },
  {
    method: "POST",
    path: "api/reset",
    does: "back to the state after the start",
    handle({ emulator, body }) {
      checkFields(body, {});
      emulator.reset();
      return {};
    },
  },
  {
    method: "POST",
    path: "api/stop",
    does: "ends the emulator, as SIGTERM does",
    handle({ emulator, body }) {
      checkFields(body, {});
      // After the answer.
      setImmediate(() => emulator.stop());
      return { status: 202 };
    },
  },
];

/** How Graph behaves. */
export const graphRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "api/graph",
    does: "how Graph behaves",
    handle: ({ tenant }) => ({ json: tenant.graph.switches }),
  },
  { method: "PATCH", path: "api/graph", does: "changes how Graph behaves", handle: switchGraph },
];
