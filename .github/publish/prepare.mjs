/**
 * What publishing knows and the repository doesn't: where it lives. Sets `repository` from GITHUB_REPOSITORY and makes the README's relative
 * links absolute, at the tag that is published. Changes the files in the current folder.
 */
import { readFileSync, writeFileSync } from "node:fs";

const {
  GITHUB_REPOSITORY: repository = "",
  GITHUB_SERVER_URL: server = "https://github.com",
  GITHUB_REF_NAME: tag = "",
} = process.env;
if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
  console.error('GITHUB_REPOSITORY must be "owner/name": npm refuses provenance without a repository.');
  process.exit(1);
}
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
if (tag !== `v${manifest.version}`) {
  console.error(`The tag is "${tag}", and package.json has version ${manifest.version}: they must agree.`);
  process.exit(1);
}
const url = `${server}/${repository}`;
manifest.repository = { type: "git", url: `git+${url}.git` };
manifest.homepage = `${url}#readme`;
manifest.bugs = { url: `${url}/issues` };
writeFileSync("package.json", `${JSON.stringify(manifest, null, 2)}\n`);

const readme = readFileSync("README.md", "utf8");
/** Neither an address nor a place on the same page. */
const isRelative = (target) => !/^([a-z][a-z\d+.-]*:|#|\/)/i.test(target);
const absolute = (target, kind) => `${url}/${kind}/${tag}/${target.replace(/^\.\//, "")}`;
const parts = readme.split(/(^```[\s\S]*?^```)/m).map((part) =>
  part.startsWith("```")
    ? part
    : part
        .replace(
          /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)(\s+"[^"]*")?\)/g,
          (link, image, text, target, title = "") =>
            isRelative(target) ? `${image}[${text}](${absolute(target, image ? "raw" : "blob")}${title})` : link,
        )
        .replace(/^( {0,3}\[[^\]]+\]:\s+)(\S+)/gm, (link, name, target) =>
          isRelative(target) ? name + absolute(target, "blob") : link,
        )
        .replace(/(<img\b[^>]*\bsrc=")([^"]+)(")/g, (tagged, before, target, after) =>
          isRelative(target) ? before + absolute(target, "raw") + after : tagged,
        ),
);
writeFileSync("README.md", parts.join(""));
console.log(`Ready to be published from ${url} at ${tag}.`);
