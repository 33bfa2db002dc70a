import { type Collection, type Kind, kinds } from "../directory/collection.js";
import type { Directory } from "../directory/directory.js";
import { allOf, eachOf, type ObjectRef, type ObjectSet } from "../directory/object-set.js";
import { type Navigation, navigationNamed, navigationsOf } from "../directory/relation-rules.js";
import { unionSchema } from "../directory/union-schema.js";
import { isGuid } from "../guid.js";
import type { WireReply } from "../wire/messages.js";
import type { PathSegment } from "./address.js";
import { type Asked, addressOf } from "./asked.js";
import type { Delta } from "./delta.js";
import type { Listing } from "./listing.js";
import { authorize, authorizeProperties, neededFor, neededToFollow, neededToRead } from "./permissions.js";
import { projection } from "./projection.js";
import { parseCountQuery, parseListQuery, parseSingleQuery, type Queried } from "./query/parse-query.js";
import { badRequest, GraphRefusal, unsupportedQuery } from "./refusal.js";
import { contextOf, countText, json, noSuchSegment, notFound, unknownSegment } from "./reply.js";
import { viewOf } from "./view.js";

/** Answers for whatever the directory holds: collections, single objects, and where their relations lead. */
export interface DirectoryPaths {
  /** Whether a path begins as one of these does. */
  knows(segments: readonly PathSegment[]): boolean;
  answer(asked: Asked, segments: readonly PathSegment[]): WireReply;
  /** The object a path names. @throws GraphRefusal */
  find(collection: Collection, segment: PathSegment): ObjectRef;
  /** A page of objects, or their number behind `/$count`. `typed` tells each one's type. */
  list(asked: Asked, set: ObjectSet, how: { context: string; typed?: boolean } & Partial<Queried>): WireReply;
  count(asked: Asked, set: ObjectSet): WireReply;
  single(asked: Asked, object: ObjectRef, context: string, typed?: boolean): WireReply;
}

interface DirectoryPathsOptions {
  directory: Directory;
  listing: Listing;
  delta: Delta;
}

const castPattern = /^microsoft\.graph\.(\w+)$/i;
const deltaPattern = /^(microsoft\.graph\.)?delta$/i;

/** Small collections come whole. */
const unpaged: Readonly<Record<string, number>> = { directoryRoles: 1000, organization: 1000 };

/** Over sixty lines: one short function for each kind of path, which answer for each other. */
export function createDirectoryPaths({ directory, listing, delta }: DirectoryPathsOptions): DirectoryPaths {
  const { populations, organization } = directory;
  const collections: readonly Collection[] = [...Object.values(populations), organization];

  const queriedOf = (set: Pick<ObjectSet, "collections">, details: Partial<Queried> = {}): Queried => ({
    schema: unionSchema(set.collections),
    navigations: set.collections.flatMap(({ kind }) => navigationsOf(kind)),
    schemaOf: (kinds) => unionSchema(kinds.map((kind) => populations[kind])),
    ...details,
  });

  function find(collection: Collection, { text, property }: PathSegment): ObjectRef {
    if (property !== undefined && collection.canonical(property) === undefined) {
      throw noSuchSegment(property);
    }
    const key = collection.keyOf(text, property) ?? roleByTemplate(collection, text);
    if (key !== undefined) return { collection, key };
    if (collection.kind === "users" || property !== undefined || isGuid(text)) throw notFound(text);
    throw new GraphRefusal(400, "Request_BadRequest", `Invalid object identifier '${text}'.`);
  }

  const list: DirectoryPaths["list"] = (asked, set, { context, typed = false, ...details }) => {
    const { options, root } = asked;
    const address = addressOf(asked);
    authorizeProperties(asked.caller, options, set.collections);
    const query = parseListQuery(options, queriedOf(set, details));
    const { objects, count, next } = listing.page({ set, query, options, address });
    return json({
      "@odata.context": contextOf(root, context, query.select, query.expand),
      "@odata.count": count,
      "@odata.nextLink": next && `${address}?${options.carry("$skiptoken", next)}`,
      value: objects.map(projection(viewOf(directory, asked), query, typed)),
    });
  };

  const count: DirectoryPaths["count"] = (asked, set) => {
    authorizeProperties(asked.caller, asked.options, set.collections);
    return countText(listing.count(set, parseCountQuery(asked.options, queriedOf(set))));
  };

  function single(asked: Asked, object: ObjectRef, context: string, typed = false): WireReply {
    authorizeProperties(asked.caller, asked.options, [object.collection]);
    const query = parseSingleQuery(asked.options, queriedOf({ collections: [object.collection] }));
    const shown = projection(viewOf(directory, asked), query, typed)(object);
    return json({
      "@odata.context": `${contextOf(asked.root, context, query.select, query.expand)}/$entity`,
      ...shown,
    });
  }

  /** Behind a relation: a cast to one kind, then its number, its references, or one of its objects. */
  function related(asked: Asked, object: ObjectRef, navigation: Navigation, rest: readonly PathSegment[]): WireReply {
    const whole = viewOf(directory, asked).related(object, navigation);
    if (!navigation.many) return relatedOne(asked, whole, navigation, rest);
    const cast = rest[0] && castPattern.exec(rest[0].text);
    const set = cast ? whole.only([castTo(cast[1]!, navigation)]) : whole;
    const [last, ...deeper] = cast ? rest.slice(1) : rest;
    if (deeper.length > 0) throw unknownSegment(deeper[0]!.text);
    if (last?.text.toLowerCase() === "$count") return count(asked, set);
    if (last?.text.toLowerCase() === "$ref") return references(asked, object, set);
    const collection = cast && populations[castTo(cast[1]!, navigation)];
    const context = collection?.name ?? "directoryObjects";
    if (last) return single(asked, among(set, last.text), context, !cast);
    const details = { relation: true, unpaged: unpaged[object.collection.name] };
    return list(asked, set, { context, typed: !cast, ...details });
  }

  function castTo(entity: string, { kinds, name }: Navigation): Kind {
    const known = Object.values(populations).find((each) => each.entity.toLowerCase() === entity.toLowerCase());
    if (!known) throw badRequest(`Could not find a type named 'microsoft.graph.${entity}'.`);
    if (kinds.includes(known.kind)) return known.kind;
    throw unsupportedQuery(`The type 'microsoft.graph.${known.entity}' can't be among '${name}'.`);
  }

  function among(set: ObjectSet, text: string): ObjectRef {
    const object = directory.find(text);
    if (!object || !set.has(object)) throw notFound(text);
    return object;
  }

  function relatedOne(asked: Asked, set: ObjectSet, { name }: Navigation, rest: readonly PathSegment[]): WireReply {
    if (rest.length > 0) throw unknownSegment(rest[0]!.text);
    const [object] = eachOf(set);
    if (!object) throw notFound(name);
    return single(asked, object, "directoryObjects", true);
  }

  /** @see https://learn.microsoft.com/graph/known-issues on which kinds have them */
  function references(asked: Asked, { collection }: ObjectRef, set: ObjectSet): WireReply {
    if (collection.kind !== "administrativeUnits") {
      throw unsupportedQuery(`References can't be read from ${collection.name}.`);
    }
    const { options, root } = asked;
    const address = addressOf(asked);
    const query = parseListQuery(options, queriedOf(set, { relation: true }));
    const { objects, next } = listing.page({ set, query, options, address });
    const idOf = ({ collection: { member }, key }: ObjectRef) => String(member(key)("id"));
    return json({
      "@odata.context": `${root}/$metadata#Collection($ref)`,
      "@odata.nextLink": next && `${address}?${options.carry("$skiptoken", next)}`,
      value: objects.map((object) => ({ "@odata.id": `${root}/directoryObjects/${idOf(object)}` })),
    });
  }

  function anyObject(asked: Asked, [key, ...rest]: readonly PathSegment[]): WireReply {
    if (!key) throw unsupportedQuery("Directory objects can't be listed.");
    if (deltaPattern.test(key.text)) return delta.answer(asked, kinds);
    authorize(asked.caller, neededFor("GET", "directoryObjects/{id}"));
    const object = directory.find(key.text);
    if (!object) throw notFound(key.text);
    if (rest.length > 0) throw unknownSegment(rest[0]!.text);
    return single(asked, object, "directoryObjects", true);
  }

  /** What the last segment names: the number, the changes, or one object. */
  function named(asked: Asked, collection: Collection, key: PathSegment, context: string): WireReply {
    const { text, quoted } = key;
    if (text.toLowerCase() === "$count") return count(asked, allOf(collection));
    // A name that begins with a dollar is one in parentheses only.
    if (text.startsWith("$") && !quoted) throw noSuchSegment(text);
    if (collection.kind && deltaPattern.test(text)) return delta.answer(asked, [collection.kind]);
    return single(asked, find(collection, key), context);
  }

  const collectionOf = (first: PathSegment | undefined) =>
    collections.find(({ name }) => name.toLowerCase() === first?.text.toLowerCase());

  return {
    knows: (segments) => collectionOf(withoutAlias(segments)[0]) !== undefined,
    find,
    list,
    count,
    single,
    answer(asked, path) {
      const segments = withoutAlias(path);
      const [first, key, ...rest] = segments;
      const name = first?.text ?? "";
      if (name.toLowerCase() === "directoryobjects") return anyObject(asked, segments.slice(1));
      const collection = collectionOf(first);
      if (!collection) throw unknownSegment(name);
      const [relation, ...behind] = rest;
      const navigation = relation && navigationNamed(collection.kind, relation.text);
      if (relation && !navigation) throw unknownSegment(relation.text);
      authorize(asked.caller, navigation ? neededToFollow(collection, navigation) : neededAt(collection, key));
      const context = collection.kind === "administrativeUnits" ? "directory/administrativeUnits" : collection.name;
      if (!key) return list(asked, allOf(collection), { context, unpaged: unpaged[collection.name] });
      if (navigation) return related(asked, find(collection, key), navigation, behind);
      return named(asked, collection, key, context);
    },
  };
}

/** What a path without a relation needs. */
function neededAt(collection: Collection, key: PathSegment | undefined) {
  if (!key || key.text.toLowerCase() === "$count") return neededToRead(collection);
  return neededToRead(collection, collection.kind && deltaPattern.test(key.text) ? "/delta" : "/{id}");
}

/** Administrative units are found below `/directory` and, as an alias, at the top. */
function withoutAlias(segments: readonly PathSegment[]): readonly PathSegment[] {
  const [first, second] = segments.map(({ text }) => text.toLowerCase());
  return first === "directory" && second === "administrativeunits" ? segments.slice(1) : segments;
}

/** A role is named by its own id or by its template's. */
function roleByTemplate(collection: Collection, text: string): number | undefined {
  return collection.kind === "directoryRoles" ? collection.keyOf(text, "roleTemplateId") : undefined;
}
