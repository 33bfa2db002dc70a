import { createHash } from "node:crypto";
import { mix } from "../chance/seeded.js";
import type { departments } from "./group-plan.js";
import { isoSeconds } from "./iso-seconds.js";
import type { Person } from "./people.js";

/** What `GET /users` answers without `$select`, in the order of the wire. */
export const defaultUserProperties = [
  "businessPhones",
  "displayName",
  "givenName",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
  "id",
] as const;

/** Properties that only a single user has: selecting them in a list is answered with 501. */
export const singleUserProperties = [
  "aboutMe",
  "birthday",
  "deviceEnrollmentLimit",
  "hireDate",
  "interests",
  "mailboxSettings",
  "mySite",
  "pastProjects",
  "preferredName",
  "responsibilities",
  "schools",
  "skills",
] as const;

const jobs: ReadonlyArray<[department: (typeof departments)[number], titles: readonly string[]]> = [
  [
    "Engineering",
    [
      "Software Engineer",
      "Senior Software Engineer",
      "Principal Engineer",
      "Site Reliability Engineer",
      "Engineering Manager",
    ],
  ],
  ["Research & Development", ["Research Scientist", "Lab Technician", "Head of R&D"]],
  ["Finance", ["Accountant", "Financial Analyst", "Controller", "Payroll Specialist"]],
  ["Human Resources", ["HR Business Partner", "Recruiter", "Head of People"]],
  ["Sales", ["Account Executive", "Sales Engineer", "Regional Sales Director", "Key Account Manager"]],
  ["Marketing", ["Brand Manager", "Content Strategist", "Marketing Analyst"]],
  ["Legal", ["Legal Counsel", "Compliance Officer", "Contract Manager"]],
  ["IT", ["Systems Administrator", "Identity Architect", "Helpdesk Agent", "Network Engineer"]],
  ["Operations", ["Operations Manager", "Logistics Coordinator", "Warehouse Lead"]],
  ["Customer Support", ["Support Engineer", "Support Team Lead", "Customer Success Manager"]],
  ["Entwicklung", ["Softwareentwickler:in", "Teamleitung"]],
  ["Recherche", ["Ingénieur·e de recherche", "Chef·fe de projet"]],
];

/** Office 365 E3, Microsoft 365 E5, Exchange Online (Plan 1). */
const licenses = [
  "6fd2c87f-b296-42f0-b197-1e91e994b900",
  "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
  "4b9405b0-7788-4568-add1-99614e613b69",
];
const exchangePlan = "efb87545-963c-4e0d-99df-69c6916d9eb0";

const day = 86_400_000;
const chance = (person: Person, subject: number, percent: number) => person.draw(subject) % 100 < percent;
const pick = <T>(person: Person, subject: number, list: readonly T[]): T => list[person.draw(subject) % list.length]!;
const between = (person: Person, subject: number, from: number, to: number) =>
  from + (person.draw(subject) % (to - from));
const unlessGuest = <T>(person: Person, value: () => T): T | null => (person.guestOf ? null : value());

/** Accounts that come from an on-premises directory. */
const synced = (person: Person) => !person.guestOf && chance(person, 20, 35);
const licensed = (person: Person) => !person.guestOf && chance(person, 21, 85);
const department = (person: Person) => {
  if (chance(person, 22, 6)) return undefined;
  return person.department === undefined ? pick(person, 23, jobs) : jobs[person.department];
};
const created = (person: Person) =>
  Date.UTC(2011, 5, 28) + between(person, 24, 0, 5200) * day + between(person, 25, 0, 86_400) * 1000;
const hired = (person: Person) => created(person) - (created(person) % day) + between(person, 26, 0, 14) * day;
const mail = (person: Person) =>
  person.guestOf ? `${person.alias}@${person.guestOf}` : licensed(person) ? `${person.alias}@${person.domain}` : null;
const digits = (person: Person, subject: number) => String(between(person, subject, 1_000_000, 10_000_000));
const netbios = (person: Person) => person.domain.split(".")[0]!.toUpperCase().slice(0, 15);
const lastSignIn = (person: Person) =>
  Date.UTC(2026, 0, 1) + between(person, 27, 0, 300) * day + between(person, 28, 0, 86_400) * 1000;
const sam = (person: Person) => person.alias.slice(0, 20);

function extensionAttributes(person: Person): object {
  const attributes: { [name: `extensionAttribute${number}`]: string | null } = {};
  for (let number = 1; number <= 15; number += 1) attributes[`extensionAttribute${number}`] = null;
  if (synced(person)) attributes.extensionAttribute1 = `CC-${between(person, 29, 1000, 9999)}`;
  return attributes;
}

function licenseOf(person: Person): string | undefined {
  return licensed(person) ? pick(person, 30, licenses) : undefined;
}

function plans(person: Person): object[] {
  if (!licensed(person)) return [];
  const assignedDateTime = isoSeconds(created(person) + 3_600_000);
  return [{ assignedDateTime, capabilityStatus: "Enabled", service: "exchange", servicePlanId: exchangePlan }];
}

function signInActivity(person: Person): object | null {
  if (chance(person, 31, 12)) return null;
  const at = lastSignIn(person);
  const requestId = (subject: number) =>
    `${mix(person.draw(subject)).toString(16).padStart(8, "0")}-2c41-4f6e-9b0a-5d1f60c3e200`;
  return {
    lastSignInDateTime: isoSeconds(at),
    lastSignInRequestId: requestId(32),
    lastNonInteractiveSignInDateTime: isoSeconds(at + 3_000_000),
    lastNonInteractiveSignInRequestId: requestId(33),
    lastSuccessfulSignInDateTime: isoSeconds(at),
    lastSuccessfulSignInRequestId: requestId(32),
  };
}

/** A listable property of users, and how a person comes by it. `null` and `[]` are what Graph answers for absent values. */
export const userProperties: Record<string, (person: Person) => unknown> = {
  accountEnabled: (person) => !chance(person, 40, 7),
  ageGroup: () => null,
  assignedLicenses: (person) => {
    const skuId = licenseOf(person);
    return skuId ? [{ disabledPlans: [], skuId }] : [];
  },
  assignedPlans: plans,
  authorizationInfo: () => ({ certificateUserIds: [] }),
  businessPhones: (person) =>
    person.guestOf || chance(person, 41, 25) ? [] : [`${person.culture.dialing} 20 ${digits(person, 42)}`],
  city: (person) => unlessGuest(person, () => person.office.city),
  companyName: (person) => person.guestOf?.split(".")[0] ?? null,
  consentProvidedForMinor: () => null,
  country: (person) => unlessGuest(person, () => person.culture.country),
  createdDateTime: (person) => isoSeconds(created(person)),
  creationType: (person) => (person.guestOf ? "Invitation" : null),
  customSecurityAttributes: () => null,
  deletedDateTime: () => null,
  department: (person) => unlessGuest(person, () => department(person)?.[0] ?? null),
  displayName: (person) => person.displayName,
  employeeHireDate: (person) => unlessGuest(person, () => isoSeconds(hired(person))),
  employeeId: (person) => unlessGuest(person, () => (chance(person, 43, 80) ? String(100_000 + person.index) : null)),
  employeeLeaveDateTime: () => null,
  employeeOrgData: (person) =>
    unlessGuest(person, () => ({
      division: pick(person, 44, ["EMEA", "APAC", "Americas"]),
      costCenter: String(between(person, 45, 1000, 9999)),
    })),
  employeeType: (person) =>
    unlessGuest(person, () => pick(person, 46, ["Employee", "Employee", "Employee", "Contractor", "Intern"])),
  externalUserState: (person) => (person.guestOf ? (chance(person, 47, 70) ? "Accepted" : "PendingAcceptance") : null),
  externalUserStateChangeDateTime: (person) => (person.guestOf ? isoSeconds(created(person) + day) : null),
  faxNumber: () => null,
  givenName: (person) => (chance(person, 48, 3) ? null : person.given),
  id: (person) => person.id,
  identities: (person) => [
    { signInType: "userPrincipalName", issuer: person.domain, issuerAssignedId: person.userPrincipalName },
    ...(person.guestOf ? [{ signInType: "federated", issuer: "ExternalAzureAD", issuerAssignedId: null }] : []),
  ],
  identityParentId: () => null,
  imAddresses: (person) => (licensed(person) ? [`${person.alias}@${person.domain}`] : []),
  isManagementRestricted: () => null,
  isResourceAccount: () => null,
  jobTitle: (person) =>
    unlessGuest(person, () =>
      chance(person, 49, 8) ? null : pick(person, 50, department(person)?.[1] ?? ["Consultant"]),
    ),
  lastPasswordChangeDateTime: (person) =>
    isoSeconds(Math.min(created(person) + between(person, 51, 0, 900) * day, Date.UTC(2026, 8, 30))),
  legalAgeGroupClassification: () => null,
  licenseAssignmentStates: (person) => {
    const skuId = licenseOf(person);
    return skuId
      ? [
          {
            skuId,
            assignedByGroup: null,
            disabledPlans: [],
            state: "Active",
            error: "None",
            lastUpdatedDateTime: isoSeconds(created(person)),
          },
        ]
      : [];
  },
  mail,
  mailNickname: (person) => (person.guestOf ? `${person.alias}_${person.guestOf}#EXT#` : person.alias),
  mobilePhone: (person) => (chance(person, 52, 45) ? null : `${person.culture.dialing} 77 ${digits(person, 53)}`),
  officeLocation: (person) =>
    unlessGuest(person, () =>
      chance(person, 54, 15) ? null : `${between(person, 55, 1, 40)}/${between(person, 56, 1000, 4999)}`,
    ),
  onPremisesDistinguishedName: (person) =>
    synced(person) ? `CN=${person.displayName},OU=Staff,DC=${netbios(person).toLowerCase()},DC=local` : null,
  onPremisesDomainName: (person) => (synced(person) ? `${netbios(person).toLowerCase()}.local` : null),
  onPremisesExtensionAttributes: extensionAttributes,
  onPremisesImmutableId: (person) => (synced(person) ? createHash("md5").update(person.id).digest("base64") : null),
  onPremisesLastSyncDateTime: (person) =>
    synced(person) ? isoSeconds(Date.UTC(2026, 9, 1) + between(person, 57, 0, 40) * day) : null,
  onPremisesProvisioningErrors: () => [],
  onPremisesSamAccountName: (person) => (synced(person) ? sam(person) : null),
  onPremisesSecurityIdentifier: (person) =>
    synced(person) ? `S-1-5-21-1004336348-1177238915-682003330-${1000 + person.index}` : null,
  onPremisesSyncEnabled: (person) => (synced(person) ? true : null),
  onPremisesUserPrincipalName: (person) => (synced(person) ? person.userPrincipalName : null),
  otherMails: (person) =>
    person.guestOf ? [mail(person)] : chance(person, 58, 10) ? [`${person.alias}@outlook.example`] : [],
  passwordPolicies: (person) => (synced(person) ? "DisablePasswordExpiration" : null),
  passwordProfile: () => null,
  postalCode: (person) => unlessGuest(person, () => person.office.postalCode),
  preferredDataLocation: () => null,
  print: () => null,
  preferredLanguage: (person) => (chance(person, 59, 40) ? null : person.culture.language),
  provisionedPlans: (person) =>
    licensed(person) ? [{ capabilityStatus: "Enabled", provisioningStatus: "Success", service: "exchange" }] : [],
  proxyAddresses: (person) => {
    const address = mail(person);
    if (!address) return [];
    return [`SMTP:${address}`, ...(chance(person, 60, 30) ? [`smtp:${person.alias}@mail.${person.domain}`] : [])];
  },
  securityIdentifier: (person) =>
    `S-1-12-1-${person.draw(61)}-${person.draw(62)}-${person.draw(63)}-${person.draw(64)}`,
  serviceProvisioningErrors: () => [],
  showInAddressList: (person) => (person.guestOf ? false : null),
  signInActivity,
  signInSessionsValidFromDateTime: (person) => isoSeconds(created(person)),
  state: (person) => unlessGuest(person, () => person.office.state),
  streetAddress: (person) => unlessGuest(person, () => person.office.street),
  surname: (person) => (chance(person, 48, 3) ? null : person.family),
  usageLocation: (person) => unlessGuest(person, () => person.culture.usageLocation),
  userPrincipalName: (person) => person.userPrincipalName,
  userType: (person) => (person.guestOf ? "Guest" : "Member"),
};
