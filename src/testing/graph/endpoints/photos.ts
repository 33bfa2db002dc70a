import { createHash } from "node:crypto";
import { mix } from "../../chance/seeded.js";
import type { Collection } from "../../directory/collection.js";
import type { WireReply } from "../../wire/messages.js";
import type { PathSegment } from "../address.js";
import type { Asked } from "../asked.js";
import { GraphRefusal } from "../refusal.js";
import { json } from "../reply.js";
import type { Route } from "../routes.js";
import type { EndpointContext } from "./endpoint-context.js";
import { encodeJpeg } from "./jpeg.js";

const sizes = [48, 64, 96, 120, 240, 360, 432, 504, 648];

const none = "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.";
/** The ways in which the service was seen to say that there is no photo; the last two of users without a mailbox in the cloud. */
const imageNotFound = ["ImageNotFound", none] as const;
const entityNotFound = ["ErrorEntityNotFound", none] as const;
const noMailbox = ["ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it."] as const;
const mailboxElsewhere = [
  "MailboxNotHostedInExchangeOnline",
  "Mailbox is hosted by an on-premise or non-Exchange server, which is not supported.",
] as const;

type Photo = { largest: number; seed: number } | { missing: readonly [code: string, message: string] } | "placeholder";

/**
 * Photos of users: a pattern that is drawn of the id, in every size up to that of the one stored, or in one of the ways none at all.
 * Over sixty lines: a table of routes, and what they share.
 * @see https://learn.microsoft.com/graph/api/profilephoto-get
 */
export function photoRoutes({ directory, paths }: EndpointContext): Route[] {
  const { users, groups } = directory.populations;

  function photoOf({ member }: Collection, key: number): Photo {
    const read = member(key);
    const id = String(read("id"));
    const seed = createHash("sha256").update(id).digest().readUInt32BE();
    if (read("mail") === null || read("userType") === "Guest") {
      return { missing: read("onPremisesSyncEnabled") ? mailboxElsewhere : noMailbox };
    }
    const chance = mix(seed, 1) % 100;
    if (chance < 60) return { largest: mix(seed, 2) % sizes.length, seed };
    if (chance < 66) return "placeholder";
    return { missing: chance < 90 ? imageNotFound : entityNotFound };
  }

  const find = (segment: PathSegment) => {
    const { collection, key } = paths.find(users, segment);
    return { photo: photoOf(collection, key), id: String(collection.member(key)("id")) };
  };

  function refuseMissing(photo: Photo): Exclude<Photo, { missing: unknown }> {
    if (photo === "placeholder" || !("missing" in photo)) return photo;
    throw new GraphRefusal(404, ...photo.missing);
  }

  /** What one size is described by. Without a photo some users have a placeholder of one pixel, which can't be fetched. */
  function description(photo: Exclude<Photo, { missing: unknown }>, size: number, address: string): object {
    const [edge, type] = photo === "placeholder" ? [1, "image/gif"] : [size, "image/jpeg"];
    const etag = photo === "placeholder" ? "placeholder" : photo.seed.toString(16).padStart(8, "0").toUpperCase();
    return {
      "@odata.id": address,
      "@odata.mediaContentType": type,
      "@odata.mediaEtag": `"${etag}"`,
      id: `${edge}x${edge}`,
      height: edge,
      width: edge,
    };
  }

  function sizeIn(photo: Photo, text: string | undefined): number {
    if (photo === "placeholder" || "missing" in photo) throw new GraphRefusal(404, ...imageNotFound);
    const wanted = text === undefined ? sizes[photo.largest]! : Number(/^(\d+)x\1$/i.exec(text)?.[1]);
    if (sizes.indexOf(wanted) < 0 || sizes.indexOf(wanted) > photo.largest)
      throw new GraphRefusal(404, ...imageNotFound);
    return wanted;
  }

  function metadata({ root }: Asked, user: PathSegment, size?: PathSegment): WireReply {
    const { photo, id } = find(user);
    const known = refuseMissing(photo);
    const isPlaceholder = known === "placeholder" && (size === undefined || size.text === "1x1");
    const edge = isPlaceholder ? 1 : sizeIn(known, size?.text);
    const address = `${root}/users('${id}')/${size ? `photos('${edge}x${edge}')` : "photo"}`;
    const context = `${root}/$metadata#users('${id}')/${size ? "photos" : "photo"}/$entity`;
    return json({ "@odata.context": context, ...description(known, edge, address) });
  }

  function list({ root }: Asked, user: PathSegment): WireReply {
    const { photo, id } = find(user);
    const known = refuseMissing(photo);
    const stored = known === "placeholder" ? [1] : sizes.slice(0, known.largest + 1);
    const addressOf = (size: number) => `${root}/users('${id}')/photos('${size}x${size}')`;
    return json({
      "@odata.context": `${root}/$metadata#users('${id}')/photos`,
      value: stored.map((size) => description(known, size, addressOf(size))),
    });
  }

  function bytes(_: Asked, user: PathSegment, size?: PathSegment): WireReply {
    const { photo } = find(user);
    const edge = sizeIn(refuseMissing(photo), size?.text);
    const { seed } = photo as { seed: number };
    const etag = seed.toString(16).padStart(8, "0").toUpperCase();
    return { status: 200, headers: { "content-type": "image/jpeg", etag: `"${etag}"` }, body: draw(edge, seed) };
  }

  function ofGroup(_: Asked, group: PathSegment): never {
    paths.find(groups, group);
    throw new GraphRefusal(404, ...imageNotFound);
  }

  const get = (path: string, answer: Route["answer"]): Route => ({ method: "GET", path, answer });
  return [
    get("users/{id}/photo", metadata),
    get("users/{id}/photo/$value", bytes),
    get("users/{id}/photos", list),
    get("users/{id}/photos/{size}", metadata),
    get("users/{id}/photos/{size}/$value", bytes),
    ...["photo", "photo/$value", "photos"].map((end) => get(`groups/{id}/${end}`, ofGroup)),
  ];
}

/** Five by five fields, the left half mirrored in the right one. */
function draw(edge: number, seed: number): Buffer {
  const blocks = edge / 8;
  const ground = [230, 128, 128] as const;
  const ink = [90 + (mix(seed, 3) % 80), 40 + (mix(seed, 4) % 176), 40 + (mix(seed, 5) % 176)] as const;
  return encodeJpeg(blocks, (column, row) => {
    const [x, y] = [Math.floor((column * 5) / blocks), Math.floor((row * 5) / blocks)];
    return mix(seed, 10 + Math.min(x, 4 - x) * 5 + y) % 2 === 0 ? ink : ground;
  });
}
