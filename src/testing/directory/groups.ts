import { createKeyedGuids } from "../chance/keyed-guid.js";
import { mix } from "../chance/seeded.js";
import type { EmulatorClock } from "../wire/messages.js";
import { filterRulesOf, orderRulesOf } from "./filter-rules.js";
import { type companyGroup, crossings, departments, firstCrossing, firstDepartment, firstTeam } from "./group-plan.js";
import { isoSeconds } from "./iso-seconds.js";
import { mailName } from "./names.js";
import { type Change, createPopulation, type Population } from "./population.js";
import { dateOf, empty, maker, none, type Properties } from "./recipe.js";

interface GroupsOptions {
  seed: number;
  size: number;
  domain: string;
  clock: EmulatorClock;
  log(change: Change): void;
}

interface Purpose {
  displayName: string;
  description: string;
  unified: boolean;
  visibility: "Public" | "Private" | "HiddenMembership" | null;
}

const purposes = ["Team", "Leads", "Announcements", "Planning", "Projects", "Social"];

const ofCompany: Record<keyof typeof companyGroup, Partial<Purpose> & Pick<Purpose, "displayName" | "description">> = {
  allStaff: { displayName: "All Staff", description: "Everyone who works here" },
  company: { displayName: "Company", description: "All departments" },
  board: {
    displayName: "Board",
    description: "Who is in it isn't shown",
    unified: true,
    visibility: "HiddenMembership",
  },
  retired: { displayName: "Retired Projects", description: "Nobody is left" },
  managedDevices: { displayName: "Managed Devices", description: "What the IT department looks after" },
  serviceAccounts: { displayName: "Service Accounts", description: "Apps, and who answers for them" },
  partners: { displayName: "Partners", description: "People elsewhere" },
};
const companyPurposes = Object.values(ofCompany);

function purposeOf(seed: number, index: number): Purpose {
  const own = companyPurposes[index];
  if (own) return { unified: false, visibility: null, ...own };
  const crossing = crossings[index - firstCrossing];
  if (crossing) {
    const { displayName } = crossing;
    return { displayName, description: `${displayName}, across the company`, unified: false, visibility: null };
  }
  const department = departments[index - firstDepartment];
  if (department !== undefined) {
    return { displayName: department, description: `Everyone in ${department}`, unified: false, visibility: null };
  }
  const number = index - firstTeam;
  const round = Math.floor(number / departments.length);
  const team = departments[number % departments.length]!;
  const purpose = purposes[round % purposes.length]!;
  const again = Math.floor(round / purposes.length);
  const unified = mix(seed, index) % 2 === 0;
  return {
    displayName: `${team} ${purpose}${again ? ` ${again + 1}` : ""}`,
    description: `${purpose} of ${team}`,
    unified,
    visibility: unified ? (mix(seed, index, 1) % 3 === 0 ? "Public" : "Private") : null,
  };
}

function groupProperties(seed: number, domain: string): Properties {
  const purpose = latestOf((index) => purposeOf(seed, index));
  const alias = latestOf((index) => mailName(purpose(index).displayName).replace(/[^a-z0-9]+/g, "-"));
  const unified = (index: number) => purpose(index).unified;
  const mail = (index: number) => (unified(index) ? `${alias(index)}@${domain}` : null);
  /** Of the teams some come from an on-premises directory. */
  const synced = (index: number) => index >= firstTeam && !unified(index) && mix(seed, index, 2) % 4 === 0;
  return {
    deletedDateTime: none,
    classification: none,
    createdDateTime: (index) => dateOf(seed, index),
    description: (index) => purpose(index).description,
    displayName: (index) => purpose(index).displayName,
    expirationDateTime: none,
    groupTypes: (index) => (unified(index) ? ["Unified"] : []),
    isAssignableToRole: none,
    mail,
    mailEnabled: unified,
    mailNickname: alias,
    membershipRule: none,
    membershipRuleProcessingState: none,
    onPremisesDomainName: none,
    onPremisesLastSyncDateTime: (index) => (synced(index) ? dateOf(seed + 1, index) : null),
    onPremisesNetBiosName: none,
    onPremisesSamAccountName: (index) => (synced(index) ? alias(index).slice(0, 20) : null),
    onPremisesSecurityIdentifier: (index) =>
      synced(index) ? `S-1-5-21-1004336348-1177238915-682003330-${500_000 + index}` : null,
    onPremisesSyncEnabled: (index) => (synced(index) ? true : null),
    preferredDataLocation: none,
    preferredLanguage: none,
    proxyAddresses: (index) => (unified(index) ? [`SMTP:${mail(index)}`] : []),
    renewedDateTime: (index) => dateOf(seed, index),
    resourceBehaviorOptions: empty,
    resourceProvisioningOptions: (index) => (unified(index) && mix(seed, index, 3) % 2 === 0 ? ["Team"] : []),
    securityEnabled: (index) => !unified(index),
    securityIdentifier: (index) => `S-1-12-1-${[4, 5, 6, 7].map((subject) => mix(seed, index, subject)).join("-")}`,
    theme: none,
    uniqueName: none,
    visibility: (index) => purpose(index).visibility,
    onPremisesProvisioningErrors: empty,
    serviceProvisioningErrors: empty,
    assignedLabels: empty,
    assignedLicenses: empty,
    infoCatalogs: empty,
    isManagementRestricted: none,
    licenseProcessingState: none,
    onPremisesExtensionAttributes: none,
    organizationId: none,
    welcomeMessageEnabled: none,
  };
}

/** Remembers the latest answer: the properties of a group are asked for one after the other. */
function latestOf<T>(make: (index: number) => T): (index: number) => T {
  let latest: { index: number; made: T } | undefined;
  return (index) => {
    if (latest?.index !== index) latest = { index, made: make(index) };
    return latest.made;
  };
}

/** Returned on `$select` only. */
const selectedGroupProperties = [
  "assignedLabels",
  "assignedLicenses",
  "infoCatalogs",
  "isManagementRestricted",
  "licenseProcessingState",
  "onPremisesDomainName",
  "onPremisesExtensionAttributes",
  "onPremisesNetBiosName",
  "onPremisesSamAccountName",
  "organizationId",
  "uniqueName",
  "welcomeMessageEnabled",
];

/** Single groups only. */
const singleGroupProperties = [
  "accessType",
  "allowExternalSenders",
  "autoSubscribeNewMembers",
  "hasMembersWithLicenseErrors",
  "hideFromAddressLists",
  "hideFromOutlookClients",
  "isArchived",
  "isFavorite",
  "isSubscribedByMail",
  "unseenConversationsCount",
  "unseenCount",
  "unseenMessagesCount",
];

/** Over sixty lines: how each property is generated, as one recipe over the same names and seed. */
export function createGroups({ seed, size, domain, clock, log }: GroupsOptions): Population {
  const ids = createKeyedGuids(seed);
  const properties = groupProperties(seed, domain);

  /** A security group from now on, and what follows from a name. */
  function complete(given: Record<string, unknown>, key: number): object {
    const displayName = String(given.displayName ?? `Group ${key + 1}`);
    const mailNickname = mailName(displayName) || `group${key + 1}`;
    const unified = Array.isArray(given.groupTypes) && given.groupTypes.includes("Unified");
    const mail = unified ? `${mailNickname}@${domain}` : null;
    return {
      createdDateTime: isoSeconds(clock.now()),
      description: null,
      displayName,
      groupTypes: [],
      mail,
      mailEnabled: unified,
      mailNickname,
      onPremisesLastSyncDateTime: null,
      onPremisesSamAccountName: null,
      onPremisesSecurityIdentifier: null,
      onPremisesSyncEnabled: null,
      proxyAddresses: mail ? [`SMTP:${mail}`] : [],
      renewedDateTime: isoSeconds(clock.now()),
      resourceProvisioningOptions: [],
      securityEnabled: !unified,
      visibility: unified ? "Public" : null,
    };
  }

  return createPopulation(
    {
      kind: "groups",
      entity: "group",
      generated: size,
      properties: ["id", ...Object.keys(properties)],
      defaults: ["id", ...Object.keys(properties).filter((name) => !selectedGroupProperties.includes(name))],
      singleOnly: new Set(),
      leftOut: new Set(singleGroupProperties),
      filterRules: filterRulesOf("groups"),
      orderRules: orderRulesOf("groups"),
      make: maker(ids, properties),
      identifiers: { id: ids.indexOf, uniqueName: () => undefined },
      complete,
    },
    clock,
    log,
  );
}
