import { type Difference, differences } from "./differences.js";
import { wordsOf } from "./message-template.js";
import { nameOf, type Probe } from "./probe.js";
import { type Answer, type Shape, shapeOf } from "./shape.js";
import { AskedTenant, type Party, Unaskable } from "./tenant.js";

/** What came of one probe. */
export interface Finding {
  name: string;
  probe: Probe;
  given?: Shape;
  differences: Difference[];
  /** Why nothing was compared. */
  skipped?: string;
}

/**
 * Asks both tenants the same, one request at a time, and tells where the shapes of their answers differ. No value of an answer is in what
 * it tells; what the app isn't permitted to read is skipped.
 */
export async function* compareTenants(
  given: Party,
  embedded: Party,
  probes: readonly Probe[],
): AsyncGenerator<Finding> {
  const [theirs, ours] = [new AskedTenant(given), new AskedTenant(embedded)];
  for (const probe of probes) {
    const name = nameOf(probe);
    const skip = (skipped: string): Finding => ({ name, probe, differences: [], skipped });
    try {
      const answer = await ours.ask(probe);
      const words = new Set(wordsOf(messageIn(answer)));
      const its = shapeOf(answer, probe, words);
      const shape = shapeOf(await theirs.ask(probe), probe, words);
      if (isForbidden(shape)) yield skip("the app isn't permitted to ask this");
      else if (isGap(its)) yield skip("the embedded tenant doesn't have this");
      else yield { name, probe, given: shape, differences: differences(shape, its) };
    } catch (error) {
      if (!(error instanceof Unaskable)) throw error;
      yield skip(error.message);
    }
  }
}

/** The embedded tenant's own words are nobody's. */
function messageIn({ status, text }: Answer): string {
  return status >= 400 ? text : "";
}

const isForbidden = ({ status }: Shape) => status === 403;
const isGap = ({ status, error }: Shape) => status === 501 && error?.code === "EmulatorGap";
