import { createKeyedGuids } from "../../chance/keyed-guid.js";
import { mix } from "../../chance/seeded.js";
import type { Collection } from "../../directory/collection.js";
import { filterRule } from "../../directory/filter-rules.js";
import { isoSeconds } from "../../directory/iso-seconds.js";
import { allOf } from "../../directory/object-set.js";
import type { Route } from "../routes.js";
import type { EndpointContext } from "./endpoint-context.js";
import { createTable, findRow, type Row } from "./table.js";

/** How many of each there are, and how far apart. */
const [signInCount, signInEvery] = [240, 37 * 60_000];
const [auditCount, auditEvery] = [60, 5 * 3_600_000];

const clients = ["Browser", "Mobile Apps and Desktop clients", "Exchange ActiveSync"];
const failures: ReadonlyArray<[code: number, reason: string]> = [
  [50126, "Error validating credentials due to invalid username or password."],
  [50074, "Strong Authentication is required."],
];
const activities = [
  "Update user",
  "Add member to group",
  "Remove member from group",
  "Add owner to group",
  "Update group",
];

/**
 * Who signed in, and who changed what, newest first: small lists, made of the people and groups there are.
 * Over sixty lines: a table of routes, and what they share.
 * @see https://learn.microsoft.com/graph/api/signin-list
 */
export function auditLogRoutes({ directory, paths, clock }: EndpointContext): Route[] {
  const { users, groups, servicePrincipals } = directory.populations;
  const seed = mix(directory.seed, 1020);
  const signInIds = createKeyedGuids(seed);
  const auditIds = createKeyedGuids(mix(seed, 1));
  const correlations = createKeyedGuids(mix(seed, 2));
  // Logs are of the days before the start.
  const start = clock.now();

  const somebody = (index: number) => users.member(mix(seed, index, 3) % Math.max(1, users.generated));
  const someApp = (index: number) =>
    servicePrincipals.member(mix(seed, index, 4) % Math.max(1, servicePrincipals.generated));

  function signIn(index: number): Row {
    const [user, app] = [somebody(index), someApp(index)];
    const failure = mix(seed, index, 5) % 12 < failures.length ? failures[mix(seed, index, 5) % 12] : undefined;
    return {
      id: signInIds.guid(index),
      createdDateTime: isoSeconds(start - (index + 1) * signInEvery),
      userDisplayName: user("displayName"),
      userPrincipalName: user("userPrincipalName"),
      userId: user("id"),
      appId: app("appId"),
      appDisplayName: app("displayName"),
      ipAddress: `203.0.113.${mix(seed, index, 6) % 255}`,
      clientAppUsed: clients[mix(seed, index, 7) % clients.length],
      correlationId: correlations.guid(index),
      conditionalAccessStatus: "notApplied",
      isInteractive: true,
      riskDetail: "none",
      riskLevelAggregated: "none",
      riskLevelDuringSignIn: "none",
      riskState: "none",
      riskEventTypes: [],
      riskEventTypes_v2: [],
      resourceDisplayName: "Microsoft Graph",
      resourceId: servicePrincipals.member(0)("appId"),
      status: { errorCode: failure?.[0] ?? 0, failureReason: failure?.[1] ?? "Other.", additionalDetails: null },
      deviceDetail: {
        deviceId: "",
        displayName: "",
        operatingSystem: "Windows10",
        browser: "Edge 141.0.0",
        isCompliant: false,
        isManaged: false,
        trustType: "",
      },
      location: {
        city: user("city"),
        state: user("state"),
        countryOrRegion: user("usageLocation"),
        geoCoordinates: { altitude: null, latitude: null, longitude: null },
      },
      appliedConditionalAccessPolicies: [],
    };
  }

  function audit(index: number): Row {
    const [actor, target] = [somebody(index), somebody(index + auditCount)];
    const group = groups.member(mix(seed, index, 8) % Math.max(1, groups.generated));
    const activity = activities[mix(seed, index, 9) % activities.length]!;
    const ofGroup = activity.endsWith("group");
    const ofUser = !ofGroup || !activity.startsWith("Update");
    const resource = (type: string, read: typeof actor) => ({
      id: read("id"),
      displayName: read("displayName"),
      type,
      userPrincipalName: type === "User" ? read("userPrincipalName") : null,
      groupType: type === "Group" ? "azureAD" : null,
      modifiedProperties: [],
    });
    return {
      id: `Directory_${auditIds.guid(index)}`,
      category: ofGroup ? "GroupManagement" : "UserManagement",
      correlationId: correlations.guid(signInCount + index),
      result: "success",
      resultReason: "",
      activityDisplayName: activity,
      activityDateTime: new Date(start - (index + 1) * auditEvery).toISOString().replace("Z", "0000Z"),
      loggedByService: "Core Directory",
      operationType: activity.startsWith("Add") ? "Assign" : activity.startsWith("Remove") ? "Unassign" : "Update",
      initiatedBy: {
        app: null,
        user: {
          id: actor("id"),
          displayName: actor("displayName"),
          userPrincipalName: actor("userPrincipalName"),
          ipAddress: `203.0.113.${mix(seed, index, 10) % 255}`,
        },
      },
      targetResources: [...(ofUser ? [resource("User", target)] : []), ...(ofGroup ? [resource("Group", group)] : [])],
      additionalDetails: [],
    };
  }

  const rows = (count: number, make: (index: number) => Row) =>
    users.generated === 0 ? [] : Array.from({ length: count }, (_, index) => make(index));

  const time = filterRule("eq ge le", "DateTimeOffset", false);
  const text = filterRule("eq startsWith");
  const logs: Record<string, () => Collection> = {
    signIns: () =>
      createTable({
        name: "signIns",
        entity: "signIn",
        rows: rows(signInCount, signIn),
        filterRules: {
          createdDateTime: time,
          id: filterRule("eq"),
          userId: filterRule("eq"),
          appId: filterRule("eq"),
          appDisplayName: text,
          userDisplayName: text,
          userPrincipalName: text,
          ipAddress: text,
          correlationId: filterRule("eq"),
          clientAppUsed: filterRule("eq"),
        },
        orderRules: { createdDateTime: "basic" },
      }),
    directoryAudits: () =>
      createTable({
        name: "directoryAudits",
        entity: "directoryAudit",
        rows: rows(auditCount, audit),
        filterRules: {
          activityDateTime: time,
          activityDisplayName: text,
          category: filterRule("eq"),
          correlationId: filterRule("eq"),
          loggedByService: filterRule("eq"),
          result: filterRule("eq"),
        },
        orderRules: { activityDateTime: "basic" },
      }),
  };

  return Object.entries(logs).flatMap(([name, make]): Route[] => {
    let made: Collection | undefined;
    const table = () => {
      made ??= make();
      return made;
    };
    return [
      {
        method: "GET",
        path: `auditLogs/${name}`,
        answer: (asked) => paths.list(asked, allOf(table()), { context: `auditLogs/${name}`, pageSize: 1000 }),
      },
      {
        method: "GET",
        path: `auditLogs/${name}/{id}`,
        answer: (asked, segment) => paths.single(asked, findRow(table(), segment), `auditLogs/${name}`),
      },
    ];
  });
}
