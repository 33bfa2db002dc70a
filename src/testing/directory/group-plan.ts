/** What the generated groups are for, by their numbers: first the company's own, then departments, then teams. */

export const departments = [
  "Engineering",
  "Research & Development",
  "Finance",
  "Human Resources",
  "Sales",
  "Marketing",
  "Legal",
  "IT",
  "Operations",
  "Customer Support",
  "Entwicklung",
  "Recherche",
] as const;

/** Groups right across the company: every `step`-th user, from one of them on. */
export const crossings = [
  { displayName: "VPN Access", first: 1, step: 3 },
  { displayName: "Project Aurora", first: 3, step: 7 },
  { displayName: "On-Call Rotation", first: 5, step: 11 },
  { displayName: "Beta Testers", first: 0, step: 13 },
  { displayName: "Works Council", first: 11, step: 29 },
] as const;

/** Numbers of the company's own groups. */
export const companyGroup = {
  allStaff: 0,
  company: 1,
  board: 2,
  retired: 3,
  managedDevices: 4,
  serviceAccounts: 5,
  partners: 6,
} as const;

export const firstCrossing = Object.keys(companyGroup).length;
export const firstDepartment = firstCrossing + crossings.length;
export const firstTeam = firstDepartment + departments.length;

/** How many of so many groups are teams. */
export const teamsAmong = (groups: number) => Math.max(0, groups - firstTeam);
