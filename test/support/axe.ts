import axe from "axe-core";
import type { Page } from "playwright-core";

const rules = JSON.stringify(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);

/** What axe finds on a page as it is, in short. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate<axe.AxeResults>(`axe.run(document, { runOnly: ${rules} })`);
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}

/** By how much a page is wider than its window. */
export const pixelsBeyond = (page: Page) =>
  page.evaluate<number>("Math.max(0, document.documentElement.scrollWidth - innerWidth)");
