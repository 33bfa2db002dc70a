import type { Finding } from "./compare-tenants.js";
import type { Difference } from "./differences.js";
import type { Shape } from "./shape.js";

/** What is written to a file: shapes and differences, and nothing of whose tenant it was. */
export interface Report {
  format: 1;
  /** Day of the comparison. */
  date: string;
  /** Of the package. */
  version: string;
  probes: ReportedProbe[];
}

/** One probe of a report. */
export interface ReportedProbe {
  name: string;
  /** Where it is known from, if not from a comparison. */
  source?: string;
  given?: Shape;
  differences?: Difference[];
  skipped?: string;
}

export function reportOn(findings: readonly Finding[], version: string, now: Date): Report {
  const probes = findings.map(({ name, given, differences, skipped }) => ({
    name,
    ...(given && { given, differences }),
    ...(skipped !== undefined && { skipped }),
  }));
  return { format: 1, date: now.toISOString().slice(0, 10), version, probes };
}

/** One probe as a person reads it. */
export function linesOf({ name, differences, skipped }: Finding): string {
  if (skipped !== undefined) return `-  ${name}\n     skipped: ${skipped}`;
  if (differences.length === 0) return `=  ${name}`;
  return [
    `!  ${name}`,
    ...differences.map(({ where, given, embedded }) => `     ${where}: ${given}; embedded: ${embedded}`),
  ].join("\n");
}

export function verdictOn(findings: readonly Finding[]): string {
  const compared = findings.filter(({ skipped }) => skipped === undefined);
  const apart = compared.filter(({ differences }) => differences.length > 0);
  const skipped = findings.length - compared.length;
  const outcome =
    apart.length === 0 ? "All answers are alike." : `${apart.length} of ${compared.length} answers differ.`;
  return `${outcome} ${compared.length} compared, ${skipped} skipped.`;
}
