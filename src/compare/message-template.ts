/** Words that messages of the services are made of, and that are nobody's. */
const usual = `a able access account action administrator after all allowed also an and another any api app application are argument array as at attribute
  audience authentication authorization bad be because been before being body both but by call can cannot case check clause client code collection
  column comparison complete condition configured consent contain contains content continuation correct could count create data date default
  delta denied deprecated did directory disabled does done due each element empty enable enabled end endpoint entity entitlement error
  exceeded exist exists expand expanded expected expired expression failed feature field file filter filtering filters find for format found from
  function get given grant granted had has have header id identified identifier identity if in incorrect index insufficient internal invalid
  is issue it item its key kind later latest length less level like limit link list literal located long lower make match maximum may member message
  method minimum missing more most must name named navigation new next no non none not null number object of on once one only open operation
  operator option or order other out page parameter parse parsed part path permission permissions please policy position present primary privileges
  process processing property provided query quota range read reason reference referenced refused requested request requests required requires
  resource resources response result results retry return returned role roles same scope search secret segment select send sent server service set should
  signature size skip so sort sorting source specified start state status string supplied support supported syntax system tenant text than that the
  their them then there these they this those throttled time to token too top transient try type unable unexpected unknown unrecognized unsupported
  until updated url use used user users using valid validation value values verify version was were when where whether which while will
  with without within would write wrong you your`;

const usualWords: ReadonlySet<string> = new Set(usual.split(/\s+/));

/** Words of a text, as they are looked up. */
export function wordsOf(text: string): string[] {
  return [...text.matchAll(/[A-Za-z]+(?:'[a-z]+)?/g)].map(([word]) => word.toLowerCase());
}

/**
 * What a message says without what it says of somebody: words stay that are usual in such messages, or that `words` has; whatever
 * else there is, and all that is quoted, is one `…`.
 */
export function templateOf(message: unknown, words: ReadonlySet<string>): string {
  if (typeof message !== "string") return "…";
  return message
    .replace(/\s+/g, " ")
    .replace(/'[^']*'|"[^"]*"|‘[^’]*’|“[^”]*”/g, " … ")
    .split(/\s+/)
    .map((token) => (isKnown(token, words) ? token : "…"))
    .join(" ")
    .replace(/…(?: …)+/g, "…")
    .trim();
}

function isKnown(token: string, words: ReadonlySet<string>): boolean {
  const bare = token.replace(/^[(["'{]+|[)\]"'}.,:;!?]+$/g, "");
  if (/^(AADSTS\d+|\$[a-z]+|…|[-–=&|]*)$/.test(bare)) return true;
  if (!/^[A-Za-z]+(?:'[a-z]+)?$/.test(bare)) return false;
  return usualWords.has(bare.toLowerCase()) || words.has(bare.toLowerCase());
}
