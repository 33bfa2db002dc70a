/** What values of an environment may hold, so that readers might take them differently. */
export const values = {
  PLAIN: "https://127.0.0.1:8443/a?b".replace("?b", ""),
  SECRET: "-Ab8Q~x.y_z-w",
  HOME_LIKE: "~/x",
  SPACED: "/srv/my folder/ca.pem",
  DOLLAR: "a$b`c",
  HASH: "a#b # c",
  QUOTE: "it's",
  DOUBLE: 'say "x"',
  EMPTY: "",
  LIST: "127.0.0.1,localhost",
  EQUALS: "a=b&c",
  UMLAUT: "/tmp/Übung",
};
