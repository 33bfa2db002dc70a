import { reportsHost } from "../wire/hosts.js";
import type { WireReply } from "../wire/messages.js";

const address = /^\/data\/download\/([\w-]+)\.([\w-]+)$/;

/** Whether an address is that of a download, which takes no token. Under the emulator's own name it is known by its path. */
export const isDownload = ({ hostname, pathname }: URL): boolean => hostname === reportsHost || address.test(pathname);

/** @param open gives what a tenant has at the address; nothing where there is nothing, or nothing any more */
export function answerDownload(
  { pathname }: URL,
  open: (tenantId: string, id: string) => string | undefined,
): WireReply {
  const [, tenantId = "", id = ""] = address.exec(pathname) ?? [];
  const text = open(tenantId, id);
  if (text === undefined) return { status: 404, headers: {} };
  return { status: 200, headers: { "content-type": "application/octet-stream" }, body: text };
}
