/** The screens that there are, by their addresses. */

import type { Engine } from "./engine.js";

/** An address of each screen that there is in this workspace. */
export async function addresses(engine: Engine): Promise<string[]> {
  const tree = (await engine.call("fleet_tree", {})) as { slug: string; environments: { slug: string }[] }[];
  const query = { filter: {}, sort: "name", descending: false, offset: 0, limit: 1 };
  const { rows } = (await engine.call("fleet_page", query)) as { rows: { host: string }[] };
  const runs = (await engine.call("run_list", { limit: 1 })) as { id: string }[];
  const plans = (await engine.call("plan_list", { limit: 1 })) as { id: string }[];
  const environment = tree[0]?.environments[0]?.slug ?? "";
  const [client, host] = [tree[0]?.slug ?? "", rows[0]?.host ?? ""];
  const [run, plan] = [runs[0]?.id ?? "", plans[0]?.id ?? ""];
  return [
    "#/today",
    "#/fleet",
    `#/fleet?scope=${client}&needs=security_updates`,
    "#/fleet?text=no-such-host-anywhere",
    "#/clients",
    `#/clients/${client}`,
    `#/clients/${client}/windows/${environment}`,
    `#/hosts/${host}`,
    `#/hosts/${host}?tab=packages`,
    `#/hosts/${host}?tab=updates`,
    `#/hosts/${host}?tab=installations`,
    `#/hosts/${host}?tab=timeline`,
    `#/hosts/${host}?tab=connection`,
    `#/terminal/${host}`,
    `#/files/${host}`,
    "#/import",
    "#/runs",
    `#/runs/${run}`,
    `#/runs/${run}?host=${host}`,
    `#/runs/${run}/log/${host}`,
    "#/runbooks",
    "#/runbooks/disk-usage",
    "#/runbooks/new",
    "#/runbooks/edit/disk-usage",
    "#/plans",
    `#/plans/${plan}`,
    `#/plans/${plan}/with/${plan}`,
    "#/schedule",
    "#/plan?action=exec",
    "#/plan?action=patch",
    "#/audit",
    "#/settings",
    "#/settings/keys",
    "#/settings/updates",
    "#/settings/policies",
    "#/settings/policies/workspace",
    `#/settings/policies/clients/${client}`,
  ];
}
