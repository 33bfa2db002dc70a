/** The tenant that sync.ts reads: yours, or the embedded one, in which something happens between two rounds. */
import { AppIdentityAuthProvider, isAppIdentityError } from "graph-app-identity";
import type { Emulator } from "graph-app-identity/testing";
import { giveUp } from "../command-line.js";

export interface Tenant {
  authProvider: AppIdentityAuthProvider;
  /** Lets something happen. */
  live(): void;
  close(): Promise<void>;
}

export function realTenant(): Tenant {
  try {
    return { authProvider: AppIdentityAuthProvider.fromEnvironment(), live() {}, close: async () => {} };
  } catch (error) {
    giveUp(isAppIdentityError(error) ? `${error.message} ${error.remedy}` : String(error));
  }
}

export async function embeddedTenant(users: number, groups: number): Promise<Tenant> {
  const { startEmulator } = await import("graph-app-identity/testing");
  const emulator = await startEmulator({ users, groups, roles: ["User.Read.All", "GroupMember.Read.All"] });
  const { tenantId, clientId, clientSecret, fetch } = emulator;
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
  console.error(
    `This is the embedded tenant ${emulator.domain}, ${users} users in ${groups} groups (--env reads yours).`,
  );
  let day = 0;
  return { authProvider, close: emulator.stop, live: () => liveADay(emulator, ++day) };
}

/** Twelve join a team within another, some move, five leave. */
function liveADay({ users, groups, domain }: Emulator, day: number): void {
  const known = [...users.ids()];
  const [parent] = groups.ids();
  const team = groups.add({ displayName: `Team of day ${day}` });
  if (parent !== undefined) groups.addMember(parent, team.id);
  for (let i = 1; i <= 12; i++) {
    const hire = { displayName: `New Hire ${day}-${i}`, userPrincipalName: `hire${day}-${i}@${domain}` };
    groups.addMember(team.id, users.add(hire).id);
  }
  const some = known.filter((_, index) => index % 50 === day);
  for (const id of some) users.update(id, { department: `Department ${day}` });
  for (const id of some.slice(0, 5)) users.remove(id);
  for (const group of [...groups.ids()].slice(0, 20)) {
    const [first] = groups.members(group);
    if (first !== undefined && first !== team.id) groups.removeMember(group, first);
  }
}
