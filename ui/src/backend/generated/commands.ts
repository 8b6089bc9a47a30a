// Made from the engine's table of commands by `cargo xtask types`. Do not edit.

/**
 * Who asks for a change, as it stands in the audit: `alice@laptop`.
 */
export type Actor = string;

/**
 * A new client.
 */
export type AddClient = { 
/**
 * Its name as people write it.
 */
name: string, 
/**
 * Its short name; one that follows from the name, if none is given.
 */
slug: Slug | null, };

/**
 * A new environment.
 */
export type AddEnvironment = { 
/**
 * `acme/prod`
 */
environment: EnvironmentPath, 
/**
 * An IANA time zone.
 */
time_zone: string, 
/**
 * Whether the client lives on it.
 */
kind: EnvironmentKind, };

/**
 * What a person typed.
 */
export type Answer = { 
/**
 * Which question.
 */
id: string, 
/**
 * The answer; none when nobody answers.
 */
answer: string | null, };

/**
 * The rows to take up.
 */
export type ApplyImport = { 
/**
 * The rows.
 */
rows: Array<SheetRow>, 
/**
 * Where hosts go that no cell places.
 */
environment: EnvironmentPath, 
/**
 * The account that we log in as, where no cell says it.
 */
user: string, 
/**
 * How commands become root, where no cell says it.
 */
sudo: SudoMode, 
/**
 * Whether rows with problems are left out; otherwise nothing is imported if there is one.
 */
leave_out_bad: boolean, };

/**
 * Somebody's yes to a plan.
 */
export type Approval = { 
/**
 * The hash of what was approved.
 */
hash: string, 
/**
 * When.
 */
approved_at: string, 
/**
 * Who.
 */
approved_by: Actor, };

/**
 * A yes to a plan.
 */
export type ApprovePlan = { 
/**
 * The plan.
 */
plan: PlanId, 
/**
 * Its hash, as it was shown.
 */
hash: string, 
/**
 * What was typed, where the plan wants that.
 */
confirmation: string | null, };

/**
 * What somebody did.
 */
export type AuditEntry = { 
/**
 * Its place in the chain, from 1.
 */
sequence: number, 
/**
 * Its identifier, for merging with a colleague's workspace.
 */
id: AuditId, 
/**
 * When.
 */
at: string, 
/**
 * Who.
 */
actor: Actor, 
/**
 * What was done: `host.add`, `run.start`.
 */
action: string, 
/**
 * The kind of thing that changed: the table's name.
 */
entity: string, 
/**
 * Which one.
 */
entity_id: string, 
/**
 * The fields that changed, `{"field": [before, after]}`; secrets are left out.
 */
change: JsonValue, 
/**
 * The hash of the entry before.
 */
previous_hash: string, 
/**
 * The hash of this entry.
 */
hash: string, };

/**
 * The last entry of a chain: export it, and a cut tail shows.
 */
export type AuditHead = { 
/**
 * How many entries there are.
 */
sequence: number, 
/**
 * The last one's hash.
 */
hash: string, };

/**
 * An entry of the audit.
 */
export type AuditId = string;

/**
 * The newest entries.
 */
export type AuditQuery = { 
/**
 * How many at most.
 */
limit: number, };

/**
 * How a job should be ended.
 */
export type CancelMode = "after_step" | "now";

/**
 * How a run should end.
 */
export type CancelRun = { 
/**
 * Which run.
 */
run: RunId, 
/**
 * How.
 */
mode: CancelMode, };

/**
 * What kept hosts of a run from succeeding.
 */
export type Cause = { 
/**
 * Where their jobs ended.
 */
state: JobState, 
/**
 * Which failure it is.
 */
code: Code, 
/**
 * What happened, in the words of the first host.
 */
message: string, 
/**
 * What to do next.
 */
hint: string | null, 
/**
 * The step that failed, if one did: its name.
 */
step: string | null, 
/**
 * The last lines of what the first host printed.
 */
last_lines: Array<string>, 
/**
 * The hosts, in the plan's order.
 */
hosts: Array<HostPath>, };

/**
 * One thing that is wrong with a row.
 */
export type CellProblem = { 
/**
 * The cell; none if it is the row as a whole.
 */
field: ImportField | null, 
/**
 * What is wrong.
 */
message: string, 
/**
 * What to do about it.
 */
hint: string | null, 
/**
 * What the cell could say instead, if that follows from what it says.
 */
suggestion: string | null, };

/**
 * The rows of a sheet, and what holds where they are empty.
 */
export type CheckImport = { 
/**
 * The rows.
 */
rows: Array<SheetRow>, 
/**
 * Where hosts go that no cell places.
 */
environment: EnvironmentPath, 
/**
 * The account that we log in as, where no cell says it.
 */
user: string, 
/**
 * How commands become root, where no cell says it.
 */
sudo: SudoMode, };

/**
 * What a step looks at.
 */
export type CheckName = "name" | "tcp" | "host_key" | "authentication" | "sudo";

/**
 * A policy's text, to be looked through.
 */
export type CheckPolicy = { 
/**
 * The text.
 */
text: string, };

/**
 * One step of a check.
 */
export type CheckStep = { 
/**
 * What was looked at.
 */
name: CheckName, } & ({ "result": "passed", 
/**
 * How long it took.
 */
milliseconds: number, } | { "result": "failed", 
/**
 * Both.
 */
error: Fault, } | { "result": "not_tried" });

/**
 * What a policy's text says, or what is wrong with it.
 */
export type CheckedPolicy = { 
/**
 * What it says; none when something is wrong.
 */
policy: Policy | null, 
/**
 * What is wrong, by line.
 */
diagnostics: Array<Diagnostic>, };

/**
 * Which releases to follow.
 */
export type ChooseChannel = { 
/**
 * `stable` or `beta`.
 */
channel: "stable" | "beta", };

/**
 * A customer of the MSP.
 */
export type Client = { 
/**
 * Its identifier.
 */
id: ClientId, 
/**
 * Its short name.
 */
slug: Slug, 
/**
 * Its name as people write it.
 */
name: string, };

/**
 * A client with its environments.
 */
export type ClientCard = { 
/**
 * The client.
 */
client: ClientView, 
/**
 * Its environments.
 */
environments: Array<EnvironmentView>, };

/**
 * A client.
 */
export type ClientId = string;

/**
 * A client with what it has.
 */
export type ClientView = { 
/**
 * The names of its environments.
 */
environments: Array<Slug>, 
/**
 * How many hosts it has.
 */
hosts: number, 
/**
 * Its identifier.
 */
id: ClientId, 
/**
 * Its short name.
 */
slug: Slug, 
/**
 * Its name as people write it.
 */
name: string, };

/**
 * The stable name of a failure.
 */
export type Code = "invalid_input" | "not_found" | "already_exists" | "conflict" | "in_use" | "selector_matched_nothing" | "confirmation_required" | "plan_mismatch" | "plan_expired" | "plan_not_approved" | "plan_used" | "plan_stale" | "invalid_recipe" | "local_file" | "workspace_missing" | "workspace_newer" | "workspace_foreign" | "workspace_corrupt" | "workspace_busy" | "workspace_read_only" | "workspace_on_network" | "local_disk_full" | "audit_broken" | "name_not_found" | "connection_refused" | "no_route" | "timeout_tcp" | "timeout_banner" | "timeout_key_exchange" | "not_ssh" | "no_common_algorithm" | "host_key_unknown" | "host_key_changed" | "host_key_revoked" | "credential_unusable" | "key_refused" | "password_refused" | "authentication_refused" | "account_unusable" | "channel_refused" | "sudo_missing" | "sudo_refused" | "sudo_password_required" | "sudo_password_wrong" | "sudo_requires_tty" | "host_disk_full" | "host_read_only" | "permission_denied" | "not_a_file" | "file_refused" | "link_lost" | "deadline_exceeded" | "protocol" | "host_locked" | "package_manager_locked" | "package_manager_failed" | "unsupported" | "outside_window" | "held" | "run_halted" | "group_stopped" | "restart_refused" | "not_back" | "step_failed" | "killed" | "interrupted_by_reboot" | "timed_out" | "cancelled" | "not_healthy" | "update_off" | "update_signature_invalid" | "update_key_unknown" | "update_key_retired" | "update_format" | "update_channel" | "update_expired" | "update_from_future" | "update_replayed" | "update_downgrade" | "update_too_old" | "update_target_missing" | "update_too_large" | "update_truncated" | "update_artifact_mismatch" | "update_version_unsigned" | "update_version_mismatch" | "update_insecure_transport" | "update_server" | "update_busy" | "update_memory_lost" | "update_installing" | "update_install_failed" | "work_under_way" | "internal";

/**
 * Two plans.
 */
export type ComparePlans = { 
/**
 * The earlier one.
 */
earlier: PlanId, 
/**
 * The later one.
 */
later: PlanId, };

/**
 * A credential by reference: no secret stands here.
 */
export type Credential = { "kind": "agent", 
/**
 * The one key to use (`SHA256:…`); without it each of the agent's keys is offered until one is accepted or the
 * host has refused as many as it may.
 */
fingerprint: string | null, } | { "kind": "key_file", 
/**
 * The absolute path of the file.
 */
path: string, } | { "kind": "ask_password" };

/**
 * One thing that is wrong.
 */
export type Diagnostic = { 
/**
 * The file's name, as it was given to the reader.
 */
file: string, 
/**
 * The line, from 1.
 */
line: number, 
/**
 * The character in the line, from 1.
 */
column: number, 
/**
 * What is wrong.
 */
message: string, 
/**
 * What to do about it.
 */
hint: string | null, };

/**
 * The disk space that a job needs, by what the host said when the plan was made.
 */
export type DiskNeed = { 
/**
 * The file system: where it is mounted.
 */
mount: string, 
/**
 * What is needed there, at most.
 */
needed_bytes: number, 
/**
 * What is free there.
 */
free_bytes: number, };

/**
 * A file to fetch.
 */
export type Download = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * The file there.
 */
path: string, 
/**
 * The place that a person chose.
 */
grant: string, };

/**
 * A text that is being written.
 */
export type Draft = { 
/**
 * What it would be.
 */
shelf: Shelf, 
/**
 * The TOML.
 */
text: string, };

/**
 * What is to be said of a draft.
 */
export type DraftCheck = { 
/**
 * Its short name, when nothing is wrong.
 */
name: Slug | null, 
/**
 * Its title, when nothing is wrong.
 */
title: string, 
/**
 * What a technician may set, when nothing is wrong.
 */
parameters: Array<ParameterView>, 
/**
 * Everything that is wrong with it, in the order of its lines.
 */
diagnostics: Array<Diagnostic>, };

/**
 * Changes of an environment.
 */
export type EditEnvironment = { 
/**
 * `acme/prod`
 */
environment: EnvironmentPath, 
/**
 * An IANA time zone, if another one.
 */
time_zone: string | null, 
/**
 * Whether the client lives on it, if that changes.
 */
kind: EnvironmentKind | null, 
/**
 * All of its maintenance windows, if they change.
 */
windows?: Windows, };

/**
 * Changes of a host; what is not given stays.
 */
export type EditHost = { host: HostPath, name: Slug | null, address: string | null, port: number | null, user: string | null, credential: Credential | null, jumps: Array<HostPath> | null, sudo: SudoMode | null, add_tags: Array<Slug>, remove_tags: Array<Slug>, };

/**
 * What an edit made, and what takes it back.
 */
export type Edited<T> = { 
/**
 * What it made.
 */
item: T, 
/**
 * The entry of the audit that undoes it when it is taken back; none when nothing was changed.
 */
undo: AuditId | null, };

/**
 * Something that a client should know of.
 */
export type EngineEvent = { "event": "changed", 
/**
 * Counts the changes that this desk has seen.
 */
version: number, } | { "event": "question", 
/**
 * What.
 */
question: QuestionView, } | { "event": "question_gone", 
/**
 * Which question.
 */
id: string, } | { "event": "progress", 
/**
 * Which one, as its caller named it.
 */
task: number, 
/**
 * Hosts that are done.
 */
done: number, 
/**
 * Hosts that there are.
 */
total: number, } | { "event": "updates" } | { "event": "run_ended", 
/**
 * How.
 */
run: RunSummary, } | { "event": "run_stopped", 
/**
 * Which run.
 */
id: RunId, 
/**
 * Why.
 */
error: Fault, };

/**
 * One infrastructure of a client.
 */
export type Environment = { 
/**
 * Its identifier.
 */
id: EnvironmentId, 
/**
 * Whose it is.
 */
client_id: ClientId, 
/**
 * Its short name.
 */
slug: Slug, 
/**
 * The IANA time zone that its people live in.
 */
time_zone: string, 
/**
 * Whether a mistake here hurts.
 */
kind: EnvironmentKind, 
/**
 * When changes may start.
 */
windows: Windows, };

/**
 * An environment of a client.
 */
export type EnvironmentId = string;

/**
 * Whether an environment is the one that the client lives on.
 */
export type EnvironmentKind = "production" | "other";

/**
 * `client/environment`.
 */
export type EnvironmentPath = string;

/**
 * An environment with its name.
 */
export type EnvironmentView = { 
/**
 * Its full name.
 */
path: EnvironmentPath, 
/**
 * How many hosts it has.
 */
hosts: number, 
/**
 * Its identifier.
 */
id: EnvironmentId, 
/**
 * Whose it is.
 */
client_id: ClientId, 
/**
 * Its short name.
 */
slug: Slug, 
/**
 * The IANA time zone that its people live in.
 */
time_zone: string, 
/**
 * Whether a mistake here hurts.
 */
kind: EnvironmentKind, 
/**
 * When changes may start.
 */
windows: Windows, };

/**
 * One host's answer.
 */
export type Facts = { 
/**
 * When it answered, by our clock.
 */
observed_at: string, 
/**
 * The system it runs.
 */
os: OperatingSystem | null, 
/**
 * The kernel it runs, and the one that a restart would bring.
 */
kernel: Kernel | null, 
/**
 * What it calls itself.
 */
hostname: string | null, 
/**
 * Changes with every boot.
 */
boot_id: string | null, 
/**
 * Since the last boot.
 */
uptime_seconds: number | null, 
/**
 * Runnable and waiting processes.
 */
load: Load | null, 
/**
 * Memory and swap.
 */
memory: Memory | null, 
/**
 * Local file systems that can fill up. Pseudo, read-only-image and network file systems are left out.
 */
filesystems: Array<Filesystem> | null, 
/**
 * How the account that asked can become root.
 */
sudo: SudoRights | null, 
/**
 * People logged in at a terminal.
 */
logged_in_users: number | null, 
/**
 * systemd units that failed.
 */
failed_units: Array<string> | null, 
/**
 * Whether the host says that it must be restarted.
 */
reboot_required: RebootRequired, 
/**
 * Services that still run replaced files.
 */
services_to_restart: ServicesToRestart, 
/**
 * What installs software there.
 */
package_system: PackageSystem | null, 
/**
 * How fresh the package index is.
 */
package_index: PackageIndex | null, 
/**
 * Every package that is on the host, configured or not.
 */
packages: Array<InstalledPackage> | null, 
/**
 * What could be newer.
 */
pending: PendingUpdates | null, 
/**
 * What is missing from these facts, and why.
 */
gaps: Array<Gap>, };

/**
 * What asking one host gave.
 */
export type FactsResult = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * In short what it said.
 */
summary: FactsSummary | null, 
/**
 * Why it said nothing.
 */
error: Fault | null, };

/**
 * Facts in short, for lists.
 */
export type FactsSummary = { 
/**
 * `Debian GNU/Linux 12 (bookworm)`.
 */
os: string | null, 
/**
 * The running kernel.
 */
kernel: string | null, 
/**
 * Updates that could be applied now; none when that is not known.
 */
pending: number | null, 
/**
 * Those of them that come from a security archive.
 */
pending_security: number | null, 
/**
 * Updates that stay behind: held, blocked or kept back.
 */
kept_back: number | null, 
/**
 * Whether the host says that it must be restarted; none when it does not say.
 */
reboot_required: boolean | null, 
/**
 * How full its fullest file system is, in per cent.
 */
fullest_percent: number | null, 
/**
 * Units that failed.
 */
failed_units: number | null, };

/**
 * A failure as the command line, the window and the journal show it.
 */
export type Fault = { 
/**
 * Which failure this is. Stable across versions.
 */
code: Code, 
/**
 * What happened and why, in one or two sentences.
 */
message: string, 
/**
 * What to do next, if there is something that one can do.
 */
hint: string | null, };

/**
 * A field of a host that changes.
 */
export type FieldChange = { 
/**
 * Which.
 */
field: ImportField, 
/**
 * What the inventory says.
 */
before: string, 
/**
 * What the row says.
 */
after: string, };

/**
 * What a job would change in a file. No file that holds a secret is among them.
 */
export type FileDifference = { 
/**
 * The file on the host.
 */
path: string, 
/**
 * A unified difference, or in a sentence why there is none.
 */
diff: string, };

/**
 * Something in a folder. All its text comes from the host.
 */
export type FileEntry = { 
/**
 * Its name; bytes that are no UTF-8 are shown as U+FFFD.
 */
name: string, 
/**
 * Its path; none where the name is no UTF-8 or no name: then nothing can be done with it here.
 */
path: string | null, 
/**
 * What it is.
 */
kind: FileEntryKind, 
/**
 * Its length in bytes.
 */
size: number | null, 
/**
 * When it was changed last.
 */
modified_at: string | null, 
/**
 * `rwxr-xr-x`.
 */
mode: string | null, 
/**
 * Whose it is: a name, or a number.
 */
owner: string | null, 
/**
 * Whose group's it is.
 */
group: string | null, 
/**
 * Where a link points.
 */
link_to: string | null, };

/**
 * What a name in a folder stands for.
 */
export type FileEntryKind = "file" | "folder" | "link" | "other";

/**
 * A folder of a host.
 */
export type FilesOf = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * The folder; none: the account's home.
 */
path: string | null, };

/**
 * A folder of a host.
 */
export type FilesPage = { 
/**
 * Its absolute path, without links.
 */
path: string, 
/**
 * What is in it.
 */
entries: Array<FileEntry>, 
/**
 * Whether there are more than are shown.
 */
cut: boolean, };

/**
 * One file system that can fill up.
 */
export type Filesystem = { 
/**
 * Where it is mounted; the shortest path when it is mounted in several places.
 */
mount: string, 
/**
 * `/dev/vda1`
 */
device: string, 
/**
 * `ext4`
 */
kind: string, 
/**
 * Its size.
 */
size_bytes: number, 
/**
 * What is in use.
 */
used_bytes: number, 
/**
 * What a plain user can still write: less than size − used where blocks are reserved for root.
 */
available_bytes: number, 
/**
 * `None` where the file system has no fixed number of inodes (btrfs).
 */
inodes: Inodes | null, };

/**
 * Which hosts, as the window's address holds it.
 */
export type FleetFilter = { 
/**
 * `acme` or `acme/prod`; none: all.
 */
scope?: string, 
/**
 * A text in the name, the client's name, the address, the system or a tag.
 */
text?: string, 
/**
 * All of these.
 */
needs?: Array<Need>, };

/**
 * Hosts and counts of one moment.
 */
export type FleetPage = { 
/**
 * The moment.
 */
at: string, 
/**
 * How many hosts match the whole filter.
 */
matching: number, 
/**
 * How many match all but the needs.
 */
in_scope: number, 
/**
 * Of those in scope, how many have each need.
 */
needs: Array<NeedCount>, 
/**
 * The page.
 */
rows: Array<FleetRow>, };

/**
 * A page of the table.
 */
export type FleetPageQuery = { 
/**
 * Which hosts.
 */
filter: FleetFilter, 
/**
 * In which order.
 */
sort: FleetSort, 
/**
 * Largest first.
 */
descending: boolean, 
/**
 * How many rows stand before the page.
 */
offset: number, 
/**
 * How many rows the page has; at most 1000.
 */
limit: number, };

/**
 * A host in the table. What it said of itself is as old as `observed_at`.
 */
export type FleetRow = { host: HostPath, client_name: string, production: boolean, address: string, seen_at: string | null, error: Fault | null, observed_at: string | null, os: string | null, pending: number | null, pending_security: number | null, reboot_required: boolean | null, fullest_percent: number | null, failed_units: number | null, tags: Array<Slug>, 
/**
 * Each product with its observed version.
 */
products: Array<[Slug, string | null]>, };

/**
 * By what the rows are sorted. Rows that do not know it come last, whatever the direction.
 */
export type FleetSort = "name" | "address" | "os" | "updates" | "security_updates" | "disk" | "reboot" | "seen";

/**
 * What a plan has to do with an earlier run.
 */
export type Follows = { 
/**
 * The earlier run.
 */
run: RunId, 
/**
 * How.
 */
how: FollowsHow, };

/**
 * How a plan follows an earlier run.
 */
export type FollowsHow = "resumes" | "undoes";

/**
 * Something that is missing from facts.
 */
export type Gap = { 
/**
 * Which part: `filesystems`, `packages`.
 */
part: string, 
/**
 * Why.
 */
reason: GapReason, };

/**
 * Why something is missing from facts.
 */
export type GapReason = { "kind": "not_installed" } | { "kind": "needs_root" } | { "kind": "not_asked" } | { "kind": "failed", 
/**
 * Its exit code; 137 when it was stopped for taking too long.
 */
exit_code: number, 
/**
 * The end of what it said.
 */
said: string, } | { "kind": "unreadable", 
/**
 * How many lines.
 */
lines: number, } | { "kind": "cut", 
/**
 * How many entries were kept.
 */
kept: number, 
/**
 * How many there were.
 */
of: number, };

/**
 * What must be so before the wave behind it begins. The gate of the last wave guards the run's good end.
 */
export type Gate = { 
/**
 * At least this share of the wave's jobs has succeeded.
 */
least_success_percent: number | null, 
/**
 * Nothing happens for so long after the wave's last job has ended.
 */
soak_seconds: number, 
/**
 * A command for `sh` that ends with 0 on each host of the wave that has succeeded. It runs as the account that logs
 * in, and changes nothing.
 */
probe: string | null, 
/**
 * Whether a person must say so.
 */
person: boolean, };

/**
 * What must be so behind every wave.
 */
export type GateRule = { 
/**
 * The run halts as soon as more hosts than this have failed, also inside a wave.
 */
most_failures: number | null, 
/**
 * At least this share of the wave has succeeded.
 */
least_success_percent: number | null, 
/**
 * Nothing happens for so long after the wave.
 */
soak_minutes: number, 
/**
 * A command for `sh` that ends with 0 on each host of the wave that has succeeded.
 */
probe: string | null, 
/**
 * Whether a person must say so.
 */
person: PersonRule, };

/**
 * Where a run waits between two waves.
 */
export type GateStanding = { 
/**
 * Behind which wave, from 0.
 */
wave: number, 
/**
 * What for.
 */
waits_for: WaitsFor, };

/**
 * A policy that somebody gave for one plan.
 */
export type GivenPolicy = { 
/**
 * What people call it: the file's name.
 */
name: string, 
/**
 * The text.
 */
text: string, };

/**
 * Whether an administrator holds a package back.
 */
export type Hold = "held" | "free";

/**
 * One machine reached over SSH.
 */
export type Host = { 
/**
 * Its identifier.
 */
id: HostId, 
/**
 * Where it is.
 */
environment_id: EnvironmentId, 
/**
 * Its full name.
 */
path: HostPath, 
/**
 * A DNS name or an IP address.
 */
address: string, 
/**
 * The TCP port of its SSH server.
 */
port: number, 
/**
 * The account that we log in as.
 */
user: string, 
/**
 * How we prove who we are.
 */
credential: Credential, 
/**
 * The hosts to go through, the first one first.
 */
jumps: Array<HostId>, 
/**
 * How commands become root there.
 */
sudo: SudoMode, 
/**
 * Free labels.
 */
tags: Array<Slug>, };

/**
 * What a check found on one host.
 */
export type HostCheck = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * The five steps, in order.
 */
steps: Array<CheckStep>, };

/**
 * Which hosts an action is for. A query is frozen to names when it is planned.
 */
export type HostChoice = { "kind": "selector", 
/**
 * The selector.
 */
selector: string, } | { "kind": "hosts", 
/**
 * Their names.
 */
hosts: Array<HostPath>, } | { "kind": "matching", 
/**
 * The filter.
 */
filter: FleetFilter, 
/**
 * Those that are not meant.
 */
except: Array<HostPath>, };

/**
 * What is different for a host.
 */
export type HostDiff = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * What only the earlier plan says of it.
 */
before: Array<string>, 
/**
 * What only the later plan says of it.
 */
after: Array<string>, };

/**
 * A host to be.
 */
export type HostDraft = { 
/**
 * Its full name.
 */
host: HostPath, 
/**
 * A DNS name or an IP address.
 */
address: string, 
/**
 * The port of its SSH server.
 */
port: number, 
/**
 * The account; the one that we run as, if none is given.
 */
user: string | null, 
/**
 * How we prove who we are.
 */
credential: Credential, 
/**
 * The hosts to go through, the first one first.
 */
jumps: Array<HostPath>, 
/**
 * How commands become root there.
 */
sudo: SudoMode, 
/**
 * Free labels.
 */
tags: Array<Slug>, };

/**
 * A host.
 */
export type HostId = string;

/**
 * A host's public key that a person has accepted, or revoked.
 */
export type HostKeyPin = { 
/**
 * Its identifier.
 */
id: PinId, 
/**
 * Whose key it is.
 */
host_id: HostId, 
/**
 * The key's type: `ssh-ed25519`.
 */
algorithm: string, 
/**
 * The key itself, in base64, as it stands in a `.pub` file.
 */
key: string, 
/**
 * `SHA256:…`.
 */
fingerprint: string, 
/**
 * Whether it is trusted.
 */
state: PinState, };

/**
 * Which hosts come first.
 */
export type HostOrder = "staging-first" | "as-selected";

/**
 * `client/environment/host`.
 */
export type HostPath = string;

/**
 * A host with what is known of it.
 */
export type HostView = { 
/**
 * Its keys.
 */
pins: Array<HostKeyPin>, 
/**
 * The names of the hosts to go through.
 */
jump_names: Array<HostPath>, 
/**
 * When it was reached last.
 */
seen_at: string | null, 
/**
 * Why it could not be reached since.
 */
failure: Fault | null, 
/**
 * What was installed there by recipe, with the product's short name.
 */
installations: Array<[Slug, Installation]>, 
/**
 * Its identifier.
 */
id: HostId, 
/**
 * Where it is.
 */
environment_id: EnvironmentId, 
/**
 * Its full name.
 */
path: HostPath, 
/**
 * A DNS name or an IP address.
 */
address: string, 
/**
 * The TCP port of its SSH server.
 */
port: number, 
/**
 * The account that we log in as.
 */
user: string, 
/**
 * How we prove who we are.
 */
credential: Credential, 
/**
 * The hosts to go through, the first one first.
 */
jumps: Array<HostId>, 
/**
 * How commands become root there.
 */
sudo: SudoMode, 
/**
 * Free labels.
 */
tags: Array<Slug>, };

/**
 * How a plan should go. What is not said follows from policies and settings.
 */
export type How = { 
/**
 * How many hosts at once.
 */
parallel?: number, 
/**
 * A policy in place of the workspace's, for this plan only.
 */
policy?: GivenPolicy, 
/**
 * Whether hosts are restarted after updates.
 */
reboot?: RebootWish, 
/**
 * What maintenance windows mean.
 */
windows: WindowWish, 
/**
 * How long the plan may wait for its run.
 */
lives_for_seconds?: number, 
/**
 * Updates are planned from what the hosts said last, without asking them now. Each host is looked at again before its
 * first step.
 */
from_facts: boolean, };

/**
 * What a sheet would do.
 */
export type ImportCheck = { 
/**
 * Each row, in the order in which they were asked about.
 */
rows: Array<ImportRowCheck>, 
/**
 * Clients that would be new.
 */
clients_added: Array<Slug>, 
/**
 * Environments that would be new.
 */
environments_added: Array<EnvironmentPath>, 
/**
 * How many hosts would be new.
 */
added: number, 
/**
 * How many would change.
 */
changed: number, 
/**
 * How many are as their rows say.
 */
unchanged: number, 
/**
 * How many rows have problems.
 */
bad: number, 
/**
 * What of the rows an import does not do.
 */
notes: Array<string>, };

/**
 * What a cell says of its host.
 */
export type ImportField = "client" | "environment" | "host" | "address" | "port" | "user" | "key" | "agent" | "ask_password" | "jumps" | "sudo" | "tags" | "time_zone" | "production" | "client_name";

/**
 * What kind of file is imported.
 */
export type ImportKind = "csv" | "ssh_config" | "ansible";

/**
 * A row that was left out.
 */
export type ImportLeftOut = { 
/**
 * Its line in the file, from 1.
 */
line: number, 
/**
 * The host's full name, if it can be told.
 */
host: HostPath | null, 
/**
 * The first thing that is wrong with it.
 */
message: string, 
/**
 * What to do about it.
 */
hint: string | null, };

/**
 * Something that was left out or changed on purpose.
 */
export type ImportNote = { 
/**
 * The file's name, as it was given to the reader.
 */
file: string, 
/**
 * The line, from 1.
 */
line: number, 
/**
 * What was left out or changed, and why.
 */
message: string, };

/**
 * One thing that is wrong with a file.
 */
export type ImportProblem = { 
/**
 * The file's name, as it was given to the reader.
 */
file: string, 
/**
 * The line, from 1.
 */
line: number, 
/**
 * The character in the line, from 1.
 */
column: number, 
/**
 * What is wrong.
 */
message: string, 
/**
 * What to do about it.
 */
hint: string | null, };

/**
 * What an import does to the inventory.
 */
export type ImportReport = { 
/**
 * Clients that are new.
 */
clients_added: Array<Slug>, 
/**
 * Environments that are new.
 */
environments_added: Array<string>, 
/**
 * Hosts that are new.
 */
hosts_added: Array<HostPath>, 
/**
 * Hosts of which a row says something else than the inventory did.
 */
hosts_changed: Array<HostPath>, 
/**
 * Hosts of which a row says the same.
 */
hosts_unchanged: Array<HostPath>, 
/**
 * Rows that were left out, with what is wrong with them.
 */
left_out: Array<ImportLeftOut>, 
/**
 * What was left out or changed on purpose.
 */
notes: Array<ImportNote>, 
/**
 * What of the rows an import does not do.
 */
not_done: Array<string>, };

/**
 * What would become of a row.
 */
export type ImportRowCheck = { 
/**
 * The host's full name, if it can be told.
 */
host: HostPath | null, 
/**
 * What would become of it.
 */
becomes: RowBecomes, 
/**
 * What would change of a host that is there.
 */
changes: Array<FieldChange>, 
/**
 * What is wrong with it.
 */
problems: Array<CellProblem>, };

/**
 * What a file says, in rows that can be put right.
 */
export type ImportSheet = { 
/**
 * The columns of a table with what they were taken for; none of a file that is no table.
 */
columns: Array<SheetColumn>, 
/**
 * The rows, in the order of the file.
 */
rows: Array<SheetRow>, 
/**
 * What was left out or changed on purpose.
 */
notes: Array<ImportNote>, 
/**
 * What is wrong with the file itself: what of it is in no row.
 */
problems: Array<ImportProblem>, 
/**
 * How many more such problems there are.
 */
more_problems: number, };

/**
 * Why a job's output is not whole.
 */
export type Incompleteness = "cut" | "altered";

/**
 * What became of refreshing the index.
 */
export type IndexRefreshed = { "outcome": "not_asked" } | { "outcome": "refreshed" } | { "outcome": "needs_root" } | { "outcome": "failed", 
/**
 * What the package manager said, in a sentence.
 */
message: string, };

/**
 * A file system is full too when it has no inode left.
 */
export type Inodes = { 
/**
 * All of them.
 */
total: number, 
/**
 * What is in use.
 */
used: number, };

/**
 * What to install, as it was shown, and when.
 */
export type InstallUpdate = { 
/**
 * The version that was shown.
 */
version: string, 
/**
 * When.
 */
when: UpdateWhen, };

/**
 * A product on a host.
 */
export type Installation = { 
/**
 * Its identifier.
 */
id: InstallationId, 
/**
 * Where.
 */
host_id: HostId, 
/**
 * What.
 */
product_id: ProductId, 
/**
 * The version that was asked for, if one was.
 */
desired_version: string | null, 
/**
 * The version that the host showed last.
 */
observed_version: string | null, 
/**
 * When the host showed it.
 */
observed_at: string | null, 
/**
 * The values that it was installed with; secrets are not among them.
 */
values: { [key in string]: JsonValue }, };

/**
 * A product on a host.
 */
export type InstallationId = string;

/**
 * One package on the host.
 */
export type InstalledPackage = { 
/**
 * `libssl3`
 */
name: string, 
/**
 * `amd64`, `all`
 */
architecture: string, 
/**
 * `3.0.16-1~deb12u1`
 */
version: string, 
/**
 * The source package it was built from: advisories name those. `openssl`
 */
source: string, 
/**
 * Whether it is whole.
 */
state: PackageState, 
/**
 * Whether an administrator holds it back.
 */
hold: Hold, };

/**
 * A job.
 */
export type JobDocument = { 
/**
 * Its identifier.
 */
id: JobId, 
/**
 * The host.
 */
host: HostPath, 
/**
 * Where it is.
 */
state: JobState, 
/**
 * The exit code of the work, where there was one.
 */
exit_code: number | null, 
/**
 * When the host first may have had it.
 */
started_at: string | null, 
/**
 * When it ended.
 */
ended_at: string | null, 
/**
 * Why it did not succeed.
 */
error: Fault | null, 
/**
 * What there is to say of a host that needed no work.
 */
note: string | null, 
/**
 * The step at work, or the last one: number and name.
 */
step: [number, string] | null, 
/**
 * How many steps it has.
 */
steps: number, 
/**
 * Whether the connection is broken just now.
 */
link_lost: boolean, 
/**
 * How much output is kept, in bytes.
 */
output_length: number, 
/**
 * Why the output is not whole, if it is not.
 */
output_incomplete: Incompleteness | null, 
/**
 * Whether a person asked for its end, and how.
 */
cancel: CancelMode | null, 
/**
 * When it may begin, if not at any time.
 */
window: Span | null, 
/**
 * How it could be taken back; none where nothing changes.
 */
undo: Undo | null, 
/**
 * The last lines of what it printed, where it failed.
 */
last_lines: Array<string>, 
/**
 * What it made of packages, as far as the host has said so since.
 */
packages: Array<PackageChange>, };

/**
 * A run's work on one host.
 */
export type JobId = string;

/**
 * Where a job is. The names are the ones that people see.
 */
export type JobState = "waiting" | "connecting" | "running" | "succeeded" | "failed" | "cancelled" | "timed-out" | "interrupted" | "unknown" | "unreachable" | "skipped" | "held";

export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;

/**
 * A choice.
 */
export type KeepSetting = { 
/**
 * Of which setting.
 */
key: string, 
/**
 * For whom.
 */
level: SettingLevel, 
/**
 * The value; none takes the choice back.
 */
value: number | null, };

/**
 * The running kernel and the newest one of the same flavour in `/boot`.
 */
export type Kernel = { 
/**
 * `6.1.0-35-amd64`
 */
running: string, 
/**
 * `x86_64`
 */
architecture: string, 
/**
 * `None` where the host does not boot from its own `/boot` (containers), or has none of this flavour there.
 */
newest_installed: string | null, };

/**
 * The keys that a `known_hosts` file has for a host.
 */
export type KnownHostKeys = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * The fingerprints of keys that were accepted.
 */
trusted: Array<string>, 
/**
 * The fingerprints of keys that are marked as revoked.
 */
revoked: Array<string>, };

/**
 * What a `known_hosts` file has for some hosts. Nothing follows from it until a key is trusted.
 */
export type KnownHostsFound = { 
/**
 * The file.
 */
file: string, 
/**
 * Whether there is such a file.
 */
is_there: boolean, 
/**
 * The hosts that it has keys for.
 */
hosts: Array<KnownHostKeys>, };

/**
 * A line of a list of recipes or runbooks.
 */
export type LibraryEntry = { 
/**
 * Its short name.
 */
name: string, 
/**
 * Its title, or what is wrong with it.
 */
title: string, 
/**
 * Where it comes from: `built in`, or the file.
 */
origin: string, 
/**
 * What one sees when it helps, in the words of whoever calls.
 */
symptoms: Array<string>, 
/**
 * What is wrong with it.
 */
error: Fault | null, };

/**
 * A recipe or runbook as it was written.
 */
export type LibraryText = { 
/**
 * Its short name.
 */
name: Slug, 
/**
 * The TOML.
 */
text: string, 
/**
 * Its file; none when it comes with Millwright.
 */
file: string | null, 
/**
 * Names this text: what is kept next says that it follows it.
 */
revision: string, 
/**
 * Whether another text of that name comes with Millwright, and is used again when this one is removed.
 */
built_in: boolean, };

/**
 * Jobs that must not all be at work at once.
 */
export type Limit = { 
/**
 * What they have in common: `client acme`, `quorum group db of acme/prod`.
 */
title: string, 
/**
 * How many of them may be at work at once.
 */
at_once: number, 
/**
 * Their positions in the plan.
 */
jobs: Array<number>, 
/**
 * Whether one that did not succeed keeps those that have not begun from beginning: the others of a quorum group have
 * to carry what it carried.
 */
stops_on_failure: boolean, };

/**
 * Load averages.
 */
export type Load = { 
/**
 * Over one minute.
 */
one_minute: number, 
/**
 * Over five minutes.
 */
five_minutes: number, 
/**
 * Over fifteen minutes.
 */
fifteen_minutes: number, };

/**
 * A place where the text stands.
 */
export type LogMatch = { 
/**
 * Its first byte.
 */
at: number, 
/**
 * How many bytes it has.
 */
length: number, 
/**
 * The line it stands in, cut to a bound.
 */
line: string, };

/**
 * What was found in one stretch.
 */
export type LogMatches = { 
/**
 * The places, in order.
 */
matches: Array<LogMatch>, 
/**
 * All before this byte was searched; go on from here.
 */
searched_until: number, 
/**
 * How much there is.
 */
total: number, };

/**
 * A piece of a host's output in a run.
 */
export type LogPiece = { 
/**
 * The run.
 */
run: RunId, 
/**
 * The host.
 */
host: HostPath, 
/**
 * The first byte; none: the last `length` bytes.
 */
from: number | null, 
/**
 * How many bytes; at most 1 MiB.
 */
length: number, };

/**
 * Looks for a text.
 */
export type LogSearch = { 
/**
 * The run.
 */
run: RunId, 
/**
 * The host.
 */
host: HostPath, 
/**
 * The text; letters match in either case.
 */
text: string, 
/**
 * From which byte on.
 */
from: number, };

/**
 * Output as text. What is not UTF-8 is replaced; the bytes themselves stay as they came.
 */
export type LogText = { 
/**
 * The first byte that the text stands for.
 */
from: number, 
/**
 * The byte after the last one.
 */
until: number, 
/**
 * How much there is.
 */
total: number, 
/**
 * The text.
 */
text: string, };

/**
 * Memory in bytes.
 */
export type Memory = { 
/**
 * All of it.
 */
total_bytes: number, 
/**
 * What a new program could have without swapping. Old kernels do not say.
 */
available_bytes: number | null, 
/**
 * All swap.
 */
swap_total_bytes: number | null, 
/**
 * Swap not in use.
 */
swap_free_bytes: number | null, };

/**
 * What a host may need somebody for.
 */
export type Need = "action" | "unreachable" | "stale" | "no_facts" | "security_updates" | "updates" | "reboot" | "disk" | "failed_units";

/**
 * How many hosts have a need.
 */
export type NeedCount = { 
/**
 * The need.
 */
need: Need, 
/**
 * How many.
 */
hosts: number, };

/**
 * The first hosts with a need, the worst first.
 */
export type NeedRows = { 
/**
 * The need.
 */
need: Need, 
/**
 * The hosts.
 */
rows: Array<FleetRow>, };

/**
 * No arguments.
 */
export type Nothing = Record<symbol, never>;

/**
 * A window that comes.
 */
export type Occurrence = { 
/**
 * From when until when.
 */
span: Span, 
/**
 * Its beginning in both zones, for people.
 */
from: string, 
/**
 * Its end in both zones.
 */
until: string, };

/**
 * A version that can be installed.
 */
export type OfferView = { 
/**
 * It.
 */
version: string, 
/**
 * What changes with it, as its makers say. Text.
 */
notes: string, 
/**
 * When it was signed.
 */
published: string, 
/**
 * Until when it may be believed.
 */
expires: string, 
/**
 * How large its package is.
 */
size_bytes: number, 
/**
 * Its package's SHA-256, in hexadecimal.
 */
sha256: string, 
/**
 * The server that has it.
 */
server: string, 
/**
 * The key that the release is signed with: its name, then its id.
 */
signed_by: string, 
/**
 * When this very version was left here, because it was started twice and did not come up.
 */
did_not_come_up_at: string | null, 
/**
 * Whether it lies here, proven.
 */
is_fetched: boolean, 
/**
 * What will happen, step by step.
 */
steps: Array<string>, };

/**
 * The key that a host shows now, beside the keys that are pinned.
 */
export type OfferedKey = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * The key's type.
 */
algorithm: string, 
/**
 * `SHA256:…`.
 */
fingerprint: string, 
/**
 * What is pinned already.
 */
pinned: Array<HostKeyPin>, };

/**
 * One client by short name.
 */
export type OneClient = { 
/**
 * `acme`
 */
client: Slug, };

/**
 * An edit that was made.
 */
export type OneEdit = { 
/**
 * Its entry in the audit.
 */
entry: AuditId, };

/**
 * One environment by name.
 */
export type OneEnvironment = { 
/**
 * `acme/prod`
 */
environment: EnvironmentPath, };

/**
 * Something on a host.
 */
export type OneFile = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * Its path there.
 */
path: string, };

/**
 * One host by name.
 */
export type OneHost = { 
/**
 * `acme/prod/web-1`
 */
host: HostPath, };

/**
 * One by its short name.
 */
export type OneName = { 
/**
 * `disk-usage`
 */
name: Slug, };

/**
 * One plan.
 */
export type OnePlan = { 
/**
 * Its identifier.
 */
plan: PlanId, };

/**
 * One run.
 */
export type OneRun = { 
/**
 * Its identifier.
 */
run: RunId, };

/**
 * One terminal.
 */
export type OneTerminal = { 
/**
 * Which.
 */
id: string, };

/**
 * One text of a shelf.
 */
export type OneText = { 
/**
 * Which shelf.
 */
shelf: Shelf, 
/**
 * Its short name.
 */
name: Slug, };

/**
 * A transfer.
 */
export type OneTransfer = { 
/**
 * Which.
 */
id: string, };

/**
 * A new terminal.
 */
export type OpenTerminal = { 
/**
 * On which host.
 */
host: HostPath, 
/**
 * Characters in a row, 1 to 1000.
 */
columns: number, 
/**
 * Rows, 1 to 1000.
 */
rows: number, };

/**
 * `/etc/os-release`.
 */
export type OperatingSystem = { 
/**
 * `debian`
 */
id: string, 
/**
 * `12`
 */
version_id: string | null, 
/**
 * `Debian GNU/Linux 12 (bookworm)`
 */
pretty_name: string | null, 
/**
 * `bookworm`
 */
codename: string | null, 
/**
 * The systems it descends from, closest first.
 */
like: Array<string>, };

/**
 * A package before and after a job.
 */
export type PackageChange = { 
/**
 * `libssl3:amd64`
 */
name: string, 
/**
 * The version before; none when it was not installed.
 */
before: string | null, 
/**
 * The version after; none when it is not installed any more.
 */
after: string | null, };

/**
 * How fresh the list of what can be had is. "Nothing pending" is worth as much as this.
 */
export type PackageIndex = { 
/**
 * When it last changed, by our clock; never later than the truth.
 */
updated_at: string | null, 
/**
 * What became of refreshing it before these facts were taken.
 */
refresh: IndexRefreshed, };

/**
 * Whether a package is whole.
 */
export type PackageState = "installed" | "not_configured" | "half_installed";

/**
 * What installs software on a host.
 */
export type PackageSystem = { "system": "apt" } | { "system": "other", 
/**
 * `dnf`
 */
name: string, } | { "system": "none" };

/**
 * The type of a parameter.
 */
export type ParameterKindView = { "kind": "text", pattern: string | null, } | { "kind": "integer", minimum: number, maximum: number, } | { "kind": "boolean" } | { "kind": "choice", choices: Array<string>, } | { "kind": "secret" };

/**
 * Something that a technician may set.
 */
export type ParameterView = { 
/**
 * Its name.
 */
name: string, 
/**
 * Help for whoever sets it.
 */
description: string, 
/**
 * Whether somebody must give a value.
 */
required: boolean, 
/**
 * Its default as text.
 */
default: string | null, 
/**
 * Its type.
 */
kind: ParameterKindView, };

/**
 * An earlier update.
 */
export type PastUpdateView = { 
/**
 * What ran before.
 */
from: string, 
/**
 * What was to be.
 */
to: string, 
/**
 * What changed with it, as its makers say. Text.
 */
notes: string, 
/**
 * When it was over.
 */
at: string, 
/**
 * Why it was not installed; none if it was.
 */
fault: string | null, 
/**
 * The copy of the workspace that was made before.
 */
backup: string | null, };

/**
 * One package that could be newer.
 */
export type PendingUpdate = { 
/**
 * `libssl3`
 */
name: string, 
/**
 * `amd64`, `all`
 */
architecture: string, 
/**
 * What is installed; `None` for a package that an update newly needs.
 */
from: string | null, 
/**
 * What could be.
 */
to: string, 
/**
 * Where that version comes from, as the package manager writes it: `Debian-Security:12/stable-security`.
 */
origins: Array<string>, 
/**
 * Whether one of the origins is a security archive. A version that went there and has since been superseded in
 * the main archive no longer counts: the package manager does not say.
 */
purpose: UpdatePurpose, 
/**
 * What stands in the way.
 */
standing: UpdateStanding, 
/**
 * Whether the installed version can still be had from the host's package sources, so that going back is possible;
 * none when the host did not say.
 */
from_available: boolean | null, };

/**
 * What could be newer on a host.
 */
export type PendingUpdates = { 
/**
 * Each package that would change, be installed along, or stays behind.
 */
updates: Array<PendingUpdate>, 
/**
 * What a full upgrade would remove.
 */
full_upgrade_removes: Array<string>, 
/**
 * What an upgrade of everything that is ready would still have to download, rounded as the package manager rounds;
 * none when the host did not say.
 */
download_bytes: number | null, 
/**
 * What the same upgrade would need on disk, negative when it frees some; none when the host did not say. What is
 * downloaded comes on top until it is cleaned up.
 */
disk_bytes: number | null, };

/**
 * Behind which waves a person must say that it goes on. Behind the last one there is nothing to go on with.
 */
export type PersonRule = "never" | "after-canary" | "after-every-wave";

/**
 * A pinned host key.
 */
export type PinId = string;

/**
 * A pinned key.
 */
export type PinOfHost = { 
/**
 * Whose it is.
 */
host: HostPath, 
/**
 * Its type.
 */
algorithm: string, 
/**
 * `SHA256:…`.
 */
fingerprint: string, 
/**
 * Whether it is trusted or must never be accepted.
 */
state: PinState, 
/**
 * How many hosts show this same key; more than one are clones, or one machine under several names.
 */
hosts_with_it: number, };

/**
 * What a pin says of its key.
 */
export type PinState = "trusted" | "revoked";

/**
 * What has become of a plan.
 */
export type PlanBecame = { 
/**
 * Who has approved it, if somebody has.
 */
approval: Approval | null, 
/**
 * When it begins by itself, if it does.
 */
schedule: Scheduled | null, 
/**
 * Its run, if it was run.
 */
run: RunId | null, };

/**
 * The difference of two plans.
 */
export type PlanDiff = { 
/**
 * Hosts that only the earlier one names.
 */
gone: Array<HostPath>, 
/**
 * Hosts that only the later one names.
 */
added: Array<HostPath>, 
/**
 * Hosts that both name, with something else to do.
 */
changed: Array<HostDiff>, 
/**
 * Whether waves, gates or limits differ.
 */
rollout: boolean, 
/**
 * How many hosts both name with the very same.
 */
same: number, };

/**
 * One command.
 */
export type PlanExec = { 
/**
 * Which hosts.
 */
hosts: HostChoice, 
/**
 * The text for `sh`.
 */
script: string, 
/**
 * As root.
 */
sudo: boolean, 
/**
 * Goes on without us.
 */
detached: boolean, 
/**
 * How long it may take.
 */
timeout_seconds: number, 
/**
 * How it should go.
 */
how?: How, };

/**
 * A plan.
 */
export type PlanId = string;

/**
 * A plan's work on one host.
 */
export type PlanJobView = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * Whether its environment is a production one.
 */
production: boolean, 
/**
 * What changes, one line each.
 */
changes: Array<string>, 
/**
 * What one should know before one says yes.
 */
risks: Array<string>, 
/**
 * When it may begin, if not at any time.
 */
window: Span | null, 
/**
 * How it could be taken back; none where nothing changes. Of a plan that takes a run back: how well it does.
 */
undo: Undo | null, 
/**
 * The disk space that it needs, where that is known.
 */
disk: DiskNeed | null, 
/**
 * What changes in files, as far as that can be shown.
 */
differences: Array<FileDifference>, 
/**
 * Whether it gets work; else why not.
 */
standing: PlanStanding, 
/**
 * What is done, in order.
 */
steps: Array<PlanStepView>, };

/**
 * The newest plans.
 */
export type PlanListQuery = { 
/**
 * How many at most.
 */
limit: number, };

/**
 * Updates.
 */
export type PlanPatch = { 
/**
 * Which hosts.
 */
hosts: HostChoice, 
/**
 * Only those of a security archive.
 */
security: boolean, 
/**
 * Only these packages; empty: all.
 */
packages: Array<string>, 
/**
 * How it should go.
 */
how?: How, };

/**
 * A product by its recipe.
 */
export type PlanProduct = { 
/**
 * Which hosts.
 */
hosts: HostChoice, 
/**
 * The product's short name.
 */
product: Slug, 
/**
 * A recipe's text that is tried instead of the one that is kept.
 */
draft?: string, 
/**
 * What should become of it.
 */
action: WantedAction, 
/**
 * A version, if a certain one is wanted.
 */
version: string | null, 
/**
 * Values by parameter.
 */
values: { [key in string]: string }, 
/**
 * How it should go.
 */
how?: How, };

/**
 * What is missing of a run.
 */
export type PlanResume = { 
/**
 * The run.
 */
run: RunId, 
/**
 * How it should go.
 */
how?: How, };

/**
 * A support procedure.
 */
export type PlanRunbook = { 
/**
 * Which hosts.
 */
hosts: HostChoice, 
/**
 * Its short name.
 */
runbook: Slug, 
/**
 * A text that is tried instead of the one that is kept.
 */
draft?: string, 
/**
 * Values by parameter. A secret is asked for by a question, and never stands here.
 */
values: { [key in string]: string }, 
/**
 * How it should go.
 */
how?: How, };

/**
 * Whether a host gets work.
 */
export type PlanStanding = { "kind": "work" } | { "kind": "satisfied", 
/**
 * How we know.
 */
note: string, } | { "kind": "left_out", 
/**
 * The state that its job has from the beginning.
 */
state: JobState, 
/**
 * Why.
 */
error: Fault, };

/**
 * A step with the exact text that the host gets.
 */
export type PlanStepView = { number: number, name: string, script: string, root: boolean, timeout_seconds: number, only_if: string | null, restarts_host: boolean, };

/**
 * A plan in a list.
 */
export type PlanSummary = { 
/**
 * Its identifier.
 */
id: PlanId, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * Who made it.
 */
created_by: Actor, 
/**
 * What an approval binds.
 */
hash: string, 
/**
 * What kind of work it is.
 */
kind: RunKind, 
/**
 * One line for people.
 */
title: string, 
/**
 * The selector as it was given.
 */
selector: string, 
/**
 * After this it may not begin any more.
 */
expires_at: string, 
/**
 * How many hosts it names.
 */
hosts: number, 
/**
 * Who has approved it, if somebody has.
 */
approval: Approval | null, 
/**
 * Its run, if it was run.
 */
run: RunId | null, };

/**
 * A run, taken back.
 */
export type PlanUndo = { 
/**
 * The run.
 */
run: RunId, 
/**
 * Only on these hosts; empty: on all.
 */
hosts: Array<HostPath>, 
/**
 * How it should go.
 */
how?: How, };

/**
 * A plan as a person reads it before they approve it.
 */
export type PlanView = { 
/**
 * Its identifier.
 */
id: PlanId, 
/**
 * What an approval binds.
 */
hash: string, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * What kind of work it is.
 */
kind: RunKind, 
/**
 * One line.
 */
title: string, 
/**
 * Whether anything would change on any host.
 */
changes_anything: boolean, 
/**
 * What has to be typed before it may run, where a mistake hurts.
 */
confirmation: string | null, 
/**
 * After this it may not begin any more.
 */
expires_at: string, 
/**
 * Why maintenance windows do not count, if somebody said that they do not.
 */
window_override: string | null, 
/**
 * The run that it resumes or takes back.
 */
follows: Follows | null, 
/**
 * How many jobs may be at work at once.
 */
parallel: number, 
/**
 * In which waves it goes over the hosts, and what stops it.
 */
rollout: Rollout, 
/**
 * What has become of it.
 */
standing: PlanBecame, 
/**
 * Each host, in the order in which the jobs begin.
 */
jobs: Array<PlanJobView>, };

/**
 * How a plan goes over its hosts, and whether it restarts them. The default is no policy at all: every host at once,
 * in the order of the selection, and no gate.
 */
export type Policy = { 
/**
 * How many hosts the first wave has at most; 0: no canary.
 */
canary: number, 
/**
 * The sizes of the waves after it; what is left is one more. They begin anew for production, and for each tier.
 */
waves: Array<WaveSize>, 
/**
 * Which hosts come first.
 */
order: HostOrder, 
/**
 * Hosts with the first of these tags come first, those with none of them last. A wave never mixes them.
 */
tiers: Array<Slug>, 
/**
 * How many hosts of one client may be at work at once.
 */
at_once_per_client: number | null, 
/**
 * How many hosts of one environment may be at work at once.
 */
at_once_per_environment: number | null, 
/**
 * Hosts of one environment that share one of these tags go one at a time, and the first failure stops them.
 */
quorum_tags: Array<Slug>, 
/**
 * What must be so behind a wave.
 */
gate: GateRule, 
/**
 * Whether and how hosts are restarted.
 */
restart: RestartRule, };

/**
 * A policy that is kept.
 */
export type PolicyView = { 
/**
 * Whose it is; none: the workspace's.
 */
client: Slug | null, 
/**
 * The text, as its author wrote it.
 */
text: string, 
/**
 * What it says; none when it cannot be read any more.
 */
policy: Policy | null, };

/**
 * A product.
 */
export type ProductId = string;

/**
 * A question that waits for a person. Its text may come from a host: show it as text.
 */
export type QuestionView = { 
/**
 * Names it in the answer.
 */
id: string, 
/**
 * What is wanted, in a few words.
 */
title: string, 
/**
 * What it is for.
 */
detail: string, 
/**
 * Whether the answer may be seen while it is typed.
 */
echo: boolean, };

/**
 * A file with hosts.
 */
export type ReadImport = { 
/**
 * What it is.
 */
kind: ImportKind, 
/**
 * Its absolute path.
 */
file: string, 
/**
 * What each column of a table is, none where it is left out; without a mapping that is guessed.
 */
mapping: Array<ImportField | null> | null, 
/**
 * Where hosts go that the file does not place.
 */
environment: EnvironmentPath, 
/**
 * The account that we log in as, where the file does not say.
 */
user: string, 
/**
 * How commands become root, where the file does not say.
 */
sudo: SudoMode, };

/**
 * Keys that this machine's `ssh` has accepted.
 */
export type ReadKnownHosts = { 
/**
 * Which hosts.
 */
hosts: Array<HostPath>, 
/**
 * The absolute path of the file; the one of this account, if none is named.
 */
file: string | null, };

/**
 * What was printed from a byte on.
 */
export type ReadTerminal = { 
/**
 * Which.
 */
id: string, 
/**
 * The first byte wanted. All before it are done with: the host may go on.
 */
from: number, };

/**
 * Whether the host says that it must be restarted.
 */
export type RebootRequired = { "state": "unknown" } | { "state": "no" } | { "state": "yes", 
/**
 * The packages that did; may be empty.
 */
packages: Array<string>, };

/**
 * Whether hosts are restarted after updates.
 */
export type RebootWish = "never" | "if-needed" | "always";

/**
 * How a product is installed.
 */
export type RecipeView = { product: Slug, title: string, vendor: string, description: string, systems: Array<string>, parameters: Array<ParameterView>, 
/**
 * Whether it can upgrade what is there.
 */
can_upgrade: boolean, 
/**
 * Whether it can remove what is there.
 */
can_remove: boolean, };

/**
 * Asks hosts about themselves.
 */
export type RefreshFacts = { 
/**
 * Which hosts.
 */
hosts: HostChoice, 
/**
 * Whether they leave their package index as it is.
 */
keep_index: boolean, };

/**
 * An own text to remove.
 */
export type RemoveText = { 
/**
 * What it is.
 */
shelf: Shelf, 
/**
 * Its short name.
 */
name: Slug, 
/**
 * The revision that was looked at.
 */
revision: string, };

/**
 * A new name.
 */
export type RenameFile = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * Its path.
 */
from: string, 
/**
 * Its new path.
 */
to: string, };

/**
 * Another size.
 */
export type ResizeTerminal = { 
/**
 * Which.
 */
id: string, 
/**
 * Characters in a row, 1 to 1000.
 */
columns: number, 
/**
 * Rows, 1 to 1000.
 */
rows: number, };

/**
 * Whether and how hosts are restarted after updates.
 */
export type RestartRule = { 
/**
 * Whether, unless the request says otherwise.
 */
when: RebootWish, 
/**
 * Hosts with one of these tags are never restarted.
 */
exempt_tags: Array<Slug>, 
/**
 * Whether a host that somebody is logged in to is left as it is.
 */
refuse_when_logged_in: boolean, 
/**
 * For `sh`, as root, before the restart.
 */
drain: string | null, 
/**
 * For `sh`, as root, after it: tried until it ends with 0, and not well if that takes too long.
 */
probe: string | null, 
/**
 * For `sh`, as root, after it, when all checks are well.
 */
undrain: string | null, 
/**
 * How long a host may take to come back.
 */
back_within_minutes: number, };

/**
 * An update that this start came after.
 */
export type Restarted = { 
/**
 * What ran before.
 */
from: string, 
/**
 * What runs now.
 */
to: string, 
/**
 * What changed with it. Text.
 */
notes: string, };

/**
 * The way of a plan over its hosts.
 */
export type Rollout = { 
/**
 * Where it comes from, for people: `the policy of client acme`.
 */
policy: string, 
/**
 * Consecutive stretches of the plan's jobs, from the first one on. What comes after the last wave gets no work.
 */
waves: Array<Wave>, 
/**
 * The run halts once more jobs than this have failed.
 */
most_failures: number | null, 
/**
 * Jobs that must not all be at work at once.
 */
limits: Array<Limit>, };

/**
 * What becomes of a row.
 */
export type RowBecomes = "added" | "changed" | "unchanged" | "bad";

/**
 * How many jobs of a run are in which state. All of them are always counted apart.
 */
export type RunCounts = { total: number, waiting: number, connecting: number, running: number, succeeded: number, failed: number, cancelled: number, "timed-out": number, interrupted: number, unknown: number, unreachable: number, skipped: number, held: number, };

/**
 * A run with its jobs.
 */
export type RunDocument = { 
/**
 * The plan.
 */
plan_id: PlanId, 
/**
 * The plan's hash.
 */
plan_hash: string, 
/**
 * What somebody wanted, so that the same can be wanted again.
 */
wanted: Wanted, 
/**
 * Hosts of production environments that it gave work to.
 */
production: Array<HostPath>, 
/**
 * Who approved the plan, and when.
 */
approval: Approval | null, 
/**
 * What it has to do with the run that it follows.
 */
follows_how: FollowsHow | null, 
/**
 * The runs that resume it or take it back, the oldest first.
 */
followed_by: Array<RunSummary>, 
/**
 * Where the way over the hosts comes from: `the policy of client acme`.
 */
policy: string, 
/**
 * More failures than this halt it.
 */
most_failures: number | null, 
/**
 * Its waves, in their order.
 */
waves: Array<WaveDocument>, 
/**
 * Why hosts did not succeed, the cause of most hosts first.
 */
causes: Array<Cause>, 
/**
 * The jobs, in the plan's order.
 */
jobs: Array<JobDocument>, 
/**
 * Its identifier.
 */
id: RunId, 
/**
 * What kind of work it is.
 */
kind: RunKind, 
/**
 * One line for people.
 */
title: string, 
/**
 * The selector as it was given.
 */
selector: string, 
/**
 * What is true of it as a whole.
 */
state: RunState, 
/**
 * Why it was halted, if it was.
 */
halted: Fault | null, 
/**
 * What it waits for between two waves, if it does.
 */
gate: GateStanding | null, 
/**
 * The run that it resumes or takes back.
 */
follows: RunId | null, 
/**
 * How many jobs are in which state.
 */
counts: RunCounts, 
/**
 * When it began.
 */
created_at: string, 
/**
 * Who began it.
 */
created_by: Actor, };

/**
 * The execution of a plan.
 */
export type RunId = string;

/**
 * What kind of work a run does.
 */
export type RunKind = "patch" | "install" | "upgrade" | "remove" | "runbook" | "exec" | "undo";

/**
 * The newest runs.
 */
export type RunListQuery = { 
/**
 * How many at most.
 */
limit: number, };

/**
 * What is true of a run as a whole.
 */
export type RunState = "running" | "succeeded" | "partial" | "failed" | "cancelled" | "awaiting" | "halted";

/**
 * A run in a list.
 */
export type RunSummary = { 
/**
 * Its identifier.
 */
id: RunId, 
/**
 * What kind of work it is.
 */
kind: RunKind, 
/**
 * One line for people.
 */
title: string, 
/**
 * The selector as it was given.
 */
selector: string, 
/**
 * What is true of it as a whole.
 */
state: RunState, 
/**
 * Why it was halted, if it was.
 */
halted: Fault | null, 
/**
 * What it waits for between two waves, if it does.
 */
gate: GateStanding | null, 
/**
 * The run that it resumes or takes back.
 */
follows: RunId | null, 
/**
 * How many jobs are in which state.
 */
counts: RunCounts, 
/**
 * When it began.
 */
created_at: string, 
/**
 * Who began it.
 */
created_by: Actor, };

/**
 * A support procedure.
 */
export type RunbookView = { name: Slug, title: string, description: string, changes_host: boolean, systems: Array<string>, tags: Array<string>, symptoms: Array<string>, parameters: Array<ParameterView>, 
/**
 * What it does, a line each.
 */
steps: Array<string>, };

/**
 * A text to keep.
 */
export type SaveText = { 
/**
 * What it is.
 */
shelf: Shelf, 
/**
 * The TOML.
 */
text: string, 
/**
 * The revision that it was written from; none when it is new.
 */
follows: string | null, };

/**
 * When an approved plan begins.
 */
export type SchedulePlan = { 
/**
 * The plan.
 */
plan: PlanId, 
/**
 * The moment; none: when the first of its windows opens.
 */
starts_at: string | null, };

/**
 * A plan that waits for its time, or did.
 */
export type Scheduled = { 
/**
 * The plan.
 */
plan_id: PlanId, 
/**
 * One line for people.
 */
title: string, 
/**
 * When it should begin.
 */
starts_at: string, 
/**
 * When that was decided.
 */
created_at: string, 
/**
 * By whom.
 */
created_by: Actor, 
/**
 * The run that it became.
 */
run_id: RunId | null, 
/**
 * When it was given up.
 */
ended_at: string | null, 
/**
 * Why it did not become a run.
 */
fault: Fault | null, };

/**
 * A text to look for.
 */
export type SearchFor = { 
/**
 * Words, each in letters that may have gaps; `'word` without gaps, `^word` at the beginning, `!word` not.
 */
text: string, };

/**
 * Something that was found.
 */
export type SearchHit = { 
/**
 * What it is.
 */
kind: SearchKind, 
/**
 * What names it: a slug, a host's name, a run's identifier.
 */
key: string, 
/**
 * Its name for people.
 */
title: string, 
/**
 * What tells it from others.
 */
detail: string, };

/**
 * What can be found.
 */
export type SearchKind = "client" | "host" | "runbook" | "recipe" | "run";

/**
 * Services that still run files which an upgrade replaced.
 */
export type ServicesToRestart = { "state": "not_checked", 
/**
 * Why not.
 */
why: GapReason, } | { "state": "checked", 
/**
 * What it found; empty is good news.
 */
services: Array<string>, };

/**
 * A policy to keep, or none.
 */
export type SetPolicy = { 
/**
 * Whose; none: the workspace's.
 */
client: Slug | null, 
/**
 * The text; none: it goes.
 */
text: string | null, };

/**
 * Where a setting can be kept.
 */
export type SettingLevel = "workspace" | "user";

/**
 * Where the value that counts comes from.
 */
export type SettingOrigin = "environment" | "workspace" | "user" | "default";

/**
 * A setting with the value that counts.
 */
export type SettingView = { 
/**
 * Its name.
 */
key: string, 
/**
 * What it means.
 */
about: string, 
/**
 * The value that counts.
 */
value: number, 
/**
 * Where it comes from.
 */
origin: SettingOrigin, 
/**
 * The variable or the file that has it.
 */
place: string | null, 
/**
 * The value when nobody chose one.
 */
default: number, 
/**
 * The smallest one.
 */
minimum: number, 
/**
 * The largest one.
 */
maximum: number, };

/**
 * A column of a table, and what it is taken for.
 */
export type SheetColumn = { 
/**
 * Its title in the file.
 */
title: string, 
/**
 * What its cells say; none if it is left out.
 */
field: ImportField | null, 
/**
 * It sounds like a secret: it is left out, and its cells are not read.
 */
secret: boolean, };

/**
 * A row of the sheet.
 */
export type SheetRow = { 
/**
 * The line of the file that names the host, from 1.
 */
line: number, 
/**
 * What it says.
 */
cells: { [field in ImportField]?: string }, };

/**
 * Which of the two shelves.
 */
export type Shelf = "runbooks" | "recipes";

/**
 * A short name that is safe in a path, an address and a command line: lower-case letters, digits, `-`, `_` and `.`,
 * beginning with a letter or a digit.
 */
export type Slug = string;

/**
 * A stretch of time in which changes may start. Never empty.
 */
export type Span = { 
/**
 * Its first instant.
 */
from: string, 
/**
 * The first instant after it.
 */
until: string, };

/**
 * Whether changes may start at an instant.
 */
export type Standing = { "state": "always" } | { "state": "open", 
/**
 * The first instant at which they may not.
 */
until: string, } | { "state": "closed", 
/**
 * When they may again; none if that is not within [`HORIZON_DAYS`].
 */
opens: string | null, };

/**
 * How commands become root on a host.
 */
export type SudoMode = "none" | "nopasswd" | "ask";

/**
 * How the account that asked can become root.
 */
export type SudoRights = "root" | "no_password" | "password_required" | "terminal_required" | "refused" | "missing";

/**
 * How a terminal ended. When nothing stands here, it was closed, or the host did not say.
 */
export type TerminalEnd = { 
/**
 * With which status the shell exited.
 */
exit_code: number | null, 
/**
 * The signal that ended it, without the letters SIG.
 */
signal: string | null, 
/**
 * Why it did not come about, or was lost.
 */
error: Fault | null, };

/**
 * A piece of what a terminal printed, as the bytes came.
 */
export type TerminalPiece = { 
/**
 * The first byte; later than the one asked for when that is not kept any more.
 */
from: number, 
/**
 * The bytes, in base64; none when nothing came for a while.
 */
data: string, 
/**
 * Where to read on.
 */
next: number, 
/**
 * How it ended, with the last piece.
 */
ended: TerminalEnd | null, };

/**
 * A terminal of this desk.
 */
export type TerminalView = { 
/**
 * Names it, here and in the audit.
 */
id: string, 
/**
 * The host.
 */
host: HostPath, 
/**
 * Whether the client lives on it.
 */
production: boolean, 
/**
 * Since when.
 */
opened_at: string, 
/**
 * How it ended; none while it has not.
 */
ended: TerminalEnd | null, };

/**
 * Something in a host's past.
 */
export type TimelineEntry = { "kind": "edit", 
/**
 * How.
 */
entry: AuditEntry, } | { "kind": "work", 
/**
 * When the run began.
 */
at: string, 
/**
 * Which run.
 */
run: RunId, 
/**
 * The run in a line.
 */
title: string, 
/**
 * Where the host's job is.
 */
state: JobState, 
/**
 * Why it did not succeed.
 */
error: Fault | null, };

/**
 * What needs somebody, at one moment.
 */
export type Today = { 
/**
 * The moment.
 */
at: string, 
/**
 * How many hosts there are.
 */
hosts: number, 
/**
 * How many hosts have each need.
 */
needs: Array<NeedCount>, 
/**
 * For each need that some host has: the first hosts that have it, the worst first.
 */
worst: Array<NeedRows>, 
/**
 * Hosts whose last job did not succeed.
 */
unsuccessful: Array<UnsuccessfulJob>, 
/**
 * Runs that have jobs under way, driven by this window or not.
 */
unfinished: Array<RunSummary>, };

/**
 * Which way a file goes.
 */
export type TransferDirection = "upload" | "download";

/**
 * Where a transfer is.
 */
export type TransferState = "waiting" | "moving" | "interrupted" | "cancelled" | "failed" | "done";

/**
 * A file on its way.
 */
export type TransferView = { 
/**
 * Names it.
 */
id: string, 
/**
 * The host.
 */
host: HostPath, 
/**
 * Which way it goes.
 */
direction: TransferDirection, 
/**
 * The file's name at its destination.
 */
name: string, 
/**
 * The file on the host.
 */
host_path: string, 
/**
 * The file on this machine.
 */
local_path: string, 
/**
 * How many bytes are at the destination; 0 again when it had to start over.
 */
done: number, 
/**
 * How many there are, as far as is known.
 */
total: number | null, 
/**
 * How fast it moves just now.
 */
bytes_per_second: number | null, 
/**
 * Where it is.
 */
state: TransferState, 
/**
 * Why it did not go on.
 */
error: Fault | null, 
/**
 * When it was asked for.
 */
started_at: string, 
/**
 * When it ended.
 */
ended_at: string | null, };

/**
 * A client in the tree.
 */
export type TreeClient = { 
/**
 * Its short name.
 */
slug: Slug, 
/**
 * Its name.
 */
name: string, 
/**
 * How many hosts it has.
 */
hosts: number, 
/**
 * Its environments.
 */
environments: Array<TreeEnvironment>, };

/**
 * An environment in the tree.
 */
export type TreeEnvironment = { 
/**
 * Its short name.
 */
slug: Slug, 
/**
 * Whether the client lives on it.
 */
production: boolean, 
/**
 * The time zone of its people.
 */
time_zone: string, 
/**
 * How many hosts it has.
 */
hosts: number, };

/**
 * A key that a person has compared.
 */
export type TrustKey = { 
/**
 * Whose.
 */
host: HostPath, 
/**
 * The fingerprint that was compared.
 */
fingerprint: string, };

/**
 * How well a job can be taken back.
 */
export type Undo = { 
/**
 * How well.
 */
grade: UndoGrade, 
/**
 * Why not better, in a sentence; none for an exact one.
 */
why: string | null, };

/**
 * How well something can be taken back.
 */
export type UndoGrade = "exact" | "best_effort" | "one_way";

/**
 * A host whose last job did not succeed.
 */
export type UnsuccessfulJob = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * The run.
 */
run: RunId, 
/**
 * The run in a line.
 */
title: string, 
/**
 * Where the job ended.
 */
state: JobState, 
/**
 * Why.
 */
error: Fault | null, 
/**
 * When.
 */
ended_at: string | null, };

/**
 * What the newest release means here.
 */
export type UpdateNews = { "kind": "unknown" } | { "kind": "current" } | { "kind": "offered", 
/**
 * What.
 */
offer: OfferView, } | { "kind": "not_yet", 
/**
 * Its version.
 */
version: string, 
/**
 * To how many of a hundred installations it is offered so far.
 */
rollout_percent: number, } | { "kind": "withdrawn", 
/**
 * Its version.
 */
version: string, };

/**
 * Whose task it is to update this installation.
 */
export type UpdateOwner = { "kind": "itself" } | { "kind": "package_manager", 
/**
 * `apt`, `dnf`.
 */
name: string, 
/**
 * What to do there.
 */
advice: string, } | { "kind": "nobody" };

/**
 * How far putting an update in is.
 */
export type UpdatePhase = { "kind": "idle" } | { "kind": "fetching", 
/**
 * That lie here.
 */
bytes: number, 
/**
 * Of the whole.
 */
of_bytes: number, } | { "kind": "waiting", 
/**
 * What.
 */
until: string, } | { "kind": "backing_up" } | { "kind": "installing" } | { "kind": "restarting" } | { "kind": "failed", 
/**
 * Why.
 */
fault: Fault, };

/**
 * What an update is for.
 */
export type UpdatePurpose = "security" | "other";

/**
 * What stands in the way of an update.
 */
export type UpdateStanding = "ready" | "blocked_by_removal" | "held" | "kept_back";

/**
 * When an update is put in.
 */
export type UpdateWhen = "now" | "after_work";

/**
 * This installation and its updates.
 */
export type UpdatesView = { 
/**
 * The version that runs.
 */
version: string, 
/**
 * How it was installed, as releases call it (`linux-x86_64-deb`).
 */
target: string | null, 
/**
 * Who updates it.
 */
owner: UpdateOwner, 
/**
 * Why it does not update itself, and what to do instead.
 */
off: Fault | null, 
/**
 * Which releases are followed.
 */
channel: "stable" | "beta", 
/**
 * Whether the server is being asked.
 */
is_checking: boolean, 
/**
 * When it was asked last.
 */
checked_at: string | null, 
/**
 * Why nothing came of it.
 */
check_fault: Fault | null, 
/**
 * What the newest release means here.
 */
news: UpdateNews, 
/**
 * How far putting it in is.
 */
phase: UpdatePhase, 
/**
 * What this start came after, until somebody has seen it.
 */
restarted: Restarted | null, 
/**
 * Earlier updates, the newest first.
 */
history: Array<PastUpdateView>, 
/**
 * What was lost with a damaged memory.
 */
lost: Fault | null, };

/**
 * A file to send.
 */
export type Upload = { 
/**
 * The host.
 */
host: HostPath, 
/**
 * The folder there.
 */
folder: string, 
/**
 * The file that a person chose.
 */
grant: string, 
/**
 * Whether a file that has the name is replaced.
 */
replace: boolean, };

/**
 * What a run waits for.
 */
export type WaitsFor = { "kind": "soak", 
/**
 * Until when.
 */
until: string, } | { "kind": "probe" } | { "kind": "person" };

/**
 * What somebody wanted of hosts. No secret is in it.
 */
export type Wanted = { "kind": "patch", 
/**
 * Only those of a security archive.
 */
security: boolean, 
/**
 * Only these packages; empty: all.
 */
packages: Array<string>, 
/**
 * Whether hosts are restarted afterwards; none: as the policy of each says.
 */
reboot: RebootWish | null, } | { "kind": "exec", 
/**
 * The text for `sh`.
 */
script: string, 
/**
 * As root.
 */
sudo: boolean, 
/**
 * Goes on without us.
 */
detached: boolean, 
/**
 * How long it may take.
 */
timeout_seconds: number, } | { "kind": "runbook", 
/**
 * Its short name.
 */
runbook: Slug, 
/**
 * Values by parameter.
 */
values: { [key in string]: string }, } | { "kind": "undo", 
/**
 * The run.
 */
run: RunId, } | { "kind": "product", 
/**
 * Its short name.
 */
product: Slug, 
/**
 * The version that was asked for.
 */
version: string | null, 
/**
 * Values by parameter.
 */
values: { [key in string]: string }, };

/**
 * What should become of a product.
 */
export type WantedAction = "install" | "upgrade" | "remove";

/**
 * Jobs that may run together. A gate stands behind them.
 */
export type Wave = { 
/**
 * What people call it: `canary`, `wave 2, production`.
 */
title: string, 
/**
 * How many of the plan's jobs it takes, after those of the waves before it.
 */
jobs: number, 
/**
 * What must be so before the next wave begins.
 */
gate: Gate, };

/**
 * A wave of a run.
 */
export type WaveDocument = { 
/**
 * What people call it.
 */
title: string, 
/**
 * Its jobs' first place in the run's jobs.
 */
first: number, 
/**
 * How many of its jobs are in which state.
 */
counts: RunCounts, 
/**
 * What stands behind it.
 */
gate: Gate, };

/**
 * The size of a wave.
 */
export type WaveSize = string;

/**
 * What maintenance windows mean for a plan.
 */
export type WindowWish = { "kind": "respect" } | { "kind": "wait_for" } | { "kind": "override", 
/**
 * Why not; it goes into the audit.
 */
reason: string, };

/**
 * The rules of one environment. Without any, changes may start at any time.
 */
export type Windows = Array<string>;

/**
 * An environment's windows.
 */
export type WindowsOf = { 
/**
 * Its name.
 */
environment: EnvironmentPath, 
/**
 * Rules, a line each, that are tried instead of those that are kept.
 */
draft?: string, 
/**
 * How many of the next windows are shown.
 */
count: number, };

/**
 * What an environment's windows mean from now on.
 */
export type WindowsView = { 
/**
 * The rules, each as it is kept.
 */
rules: Array<string>, 
/**
 * The environment's time zone.
 */
time_zone: string, 
/**
 * This machine's.
 */
my_time_zone: string, 
/**
 * Whether changes may start now.
 */
standing: Standing, 
/**
 * The next occurrences, the one at hand first; none where changes may start at any time.
 */
next: Array<Occurrence>, };

/**
 * The open workspace.
 */
export type WorkspaceView = { 
/**
 * Its folder.
 */
folder: string, 
/**
 * As whom the audit knows this person.
 */
actor: Actor, 
/**
 * This Millwright's version.
 */
version: string, 
/**
 * How many clients there are.
 */
clients: number, 
/**
 * How many hosts there are.
 */
hosts: number, };

/**
 * What is typed.
 */
export type WriteTerminal = { 
/**
 * Where.
 */
id: string, 
/**
 * The bytes, in base64.
 */
data: string, };

/** What can be asked. */
export interface Commands {
  /** The workspace itself. */
  workspace_show: { arguments: Nothing; answer: WorkspaceView };
  /** What needs somebody, by cause. */
  today_show: { arguments: Nothing; answer: Today };
  /** Clients, hosts, runs and runbooks that a text finds, the best first. */
  search: { arguments: SearchFor; answer: Array<SearchHit> };
  /** What can be chosen, and where each value comes from. */
  settings_show: { arguments: Nothing; answer: Array<SettingView> };
  /** Keeps a value at a level, or none there. */
  setting_keep: { arguments: KeepSetting; answer: null };
  /** Every key that is pinned, with whose it is. */
  pins_list: { arguments: Nothing; answer: Array<PinOfHost> };
  /** This installation and its updates. */
  updates_show: { arguments: Nothing; answer: UpdatesView };
  /** Asks the server for the newest release. */
  updates_check: { arguments: Nothing; answer: UpdatesView };
  /** Follows other releases from now on. */
  updates_choose: { arguments: ChooseChannel; answer: UpdatesView };
  /** Begins to install the version that was shown. */
  updates_install: { arguments: InstallUpdate; answer: UpdatesView };
  /** Gives up an update that is not being installed yet. */
  updates_leave: { arguments: Nothing; answer: UpdatesView };
  /** Somebody has seen what the last update changed. */
  updates_seen: { arguments: Nothing; answer: UpdatesView };
  /** Clients with their environments. */
  fleet_tree: { arguments: Nothing; answer: Array<TreeClient> };
  /** A page of hosts, with the counts of the same moment. */
  fleet_page: { arguments: FleetPageQuery; answer: FleetPage };
  /** Asks hosts about themselves. */
  facts_refresh: { arguments: RefreshFacts; answer: Array<FactsResult> };
  /** What a host said last; none when it was never asked. */
  facts_show: { arguments: OneHost; answer: Facts | null };
  /** The five steps, per host. */
  host_check: { arguments: HostChoice; answer: Array<HostCheck> };
  client_add: { arguments: AddClient; answer: Edited<Client> };
  client_show: { arguments: OneClient; answer: ClientCard };
  /** Refused while the client has environments. */
  client_remove: { arguments: OneClient; answer: Edited<null> };
  environment_add: { arguments: AddEnvironment; answer: Edited<Environment> };
  environment_edit: { arguments: EditEnvironment; answer: Edited<Environment> };
  /** Refused while the environment has hosts. */
  environment_remove: { arguments: OneEnvironment; answer: Edited<null> };
  host_add: { arguments: HostDraft; answer: Edited<Host> };
  host_show: { arguments: OneHost; answer: HostView };
  host_edit: { arguments: EditHost; answer: Edited<Host> };
  host_remove: { arguments: OneHost; answer: Edited<null> };
  /** Takes an edit of the inventory back, if nobody has edited the same thing since. */
  edit_undo: { arguments: OneEdit; answer: Edited<null> };
  /** Edits of a host and the work on it, the newest first. */
  host_timeline: { arguments: OneHost; answer: Array<TimelineEntry> };
  /** The key that a host shows now. Nobody logs in. */
  host_key_offered: { arguments: OneHost; answer: OfferedKey };
  /** Pins the key that has this fingerprint, if the host still shows it. */
  host_key_trust: { arguments: TrustKey; answer: HostKeyPin };
  /** Never again accepts a key of a host. */
  host_key_revoke: { arguments: TrustKey; answer: null };
  /** A file's hosts as rows of a sheet, whatever is wrong with them. */
  import_read: { arguments: ReadImport; answer: ImportSheet };
  /** What would become of each row. Nothing is kept. */
  import_check: { arguments: CheckImport; answer: ImportCheck };
  /** Takes the rows up, all in one transaction. */
  import_apply: { arguments: ApplyImport; answer: ImportReport };
  /** What a `known_hosts` file of this machine has for hosts of the inventory. Nothing is kept. */
  known_hosts_read: { arguments: ReadKnownHosts; answer: KnownHostsFound };
  plan_patch: { arguments: PlanPatch; answer: PlanView };
  plan_exec: { arguments: PlanExec; answer: PlanView };
  plan_runbook: { arguments: PlanRunbook; answer: PlanView };
  plan_product: { arguments: PlanProduct; answer: PlanView };
  /** A plan for the hosts that have not succeeded in a run. */
  plan_resume: { arguments: PlanResume; answer: PlanView };
  /** A plan that takes back what a run did, graded for each host. */
  plan_undo: { arguments: PlanUndo; answer: PlanView };
  /** The newest plans, the newest first. */
  plan_list: { arguments: PlanListQuery; answer: Array<PlanSummary> };
  plan_show: { arguments: OnePlan; answer: PlanView };
  /** What is different in a later plan. */
  plan_diff: { arguments: ComparePlans; answer: PlanDiff };
  /** Binds the actor and the hash to a plan. */
  plan_approve: { arguments: ApprovePlan; answer: Approval };
  /** Begins the run of a plan that was approved before, and drives it. */
  plan_run: { arguments: OnePlan; answer: RunId };
  /** Approves a plan by its hash, begins its run and drives it. */
  run_begin: { arguments: ApprovePlan; answer: RunId };
  /** Lets an approved plan begin later, while something is up that can begin it. */
  plan_schedule: { arguments: SchedulePlan; answer: null };
  plan_unschedule: { arguments: OnePlan; answer: null };
  /** The plans that wait for their time, the soonest first. */
  schedule_list: { arguments: Nothing; answer: Array<Scheduled> };
  /** Every policy that is kept, the workspace's first. */
  policy_list: { arguments: Nothing; answer: Array<PolicyView> };
  /** Keeps a client's policy, or the workspace's; or takes it away. */
  policy_set: { arguments: SetPolicy; answer: null };
  /** What is wrong with a policy's text, by line. */
  policy_check: { arguments: CheckPolicy; answer: CheckedPolicy };
  /** What an environment's maintenance windows mean from now on. */
  windows_show: { arguments: WindowsOf; answer: WindowsView };
  run_list: { arguments: RunListQuery; answer: Array<RunSummary> };
  /** The runs that this window drives just now. */
  runs_open: { arguments: Nothing; answer: Array<RunSummary> };
  run_show: { arguments: OneRun; answer: RunDocument };
  /** Re-attaches to a run whose jobs have not ended, and drives it on. */
  run_follow: { arguments: OneRun; answer: null };
  /** Opens the gate that a run waits at for a person, and drives it on. */
  run_promote: { arguments: OneRun; answer: null };
  /** Asks for the end of a run. It has ended when its jobs say so. */
  run_cancel: { arguments: CancelRun; answer: null };
  /** A piece of what a host printed, as text. */
  log_read: { arguments: LogPiece; answer: LogText };
  /** Looks for a text in all that a host printed, a stretch at a time. */
  log_search: { arguments: LogSearch; answer: LogMatches };
  /** What is in a folder of a host. */
  files_list: { arguments: FilesOf; answer: FilesPage };
  files_make_folder: { arguments: OneFile; answer: null };
  /** Refused when the new name is taken. */
  files_rename: { arguments: RenameFile; answer: null };
  /** Deletes a file, a link or an empty folder. */
  files_delete: { arguments: OneFile; answer: null };
  transfer_upload: { arguments: Upload; answer: TransferView };
  transfer_download: { arguments: Download; answer: TransferView };
  transfer_list: { arguments: Nothing; answer: Array<TransferView> };
  /** Goes on where it stopped if the source is still the same file, otherwise from the first byte. */
  transfer_resume: { arguments: OneTransfer; answer: TransferView };
  /** Stops it; what has arrived stays, to go on from. */
  transfer_cancel: { arguments: OneTransfer; answer: null };
  /** Takes one that has ended from the list, and its partial file from its destination. */
  transfer_forget: { arguments: OneTransfer; answer: null };
  runbook_list: { arguments: Nothing; answer: Array<LibraryEntry> };
  runbook_show: { arguments: OneName; answer: RunbookView };
  recipe_list: { arguments: Nothing; answer: Array<LibraryEntry> };
  recipe_show: { arguments: OneName; answer: RecipeView };
  /** A recipe or runbook as it was written. */
  library_read: { arguments: OneText; answer: LibraryText };
  /** What is wrong with a text. Nothing is kept. */
  library_check: { arguments: Draft; answer: DraftCheck };
  /** Keeps a text that nothing is wrong with in the workspace. */
  library_save: { arguments: SaveText; answer: LibraryText };
  /** Removes an own text. */
  library_remove: { arguments: RemoveText; answer: null };
  /** Opens a shell on a host. */
  terminal_open: { arguments: OpenTerminal; answer: TerminalView };
  /** The terminals of this desk in the order of opening; ended ones until they are closed. */
  terminal_list: { arguments: Nothing; answer: Array<TerminalView> };
  /** What a terminal printed from a byte on: at most 64 KiB, after at most 20 seconds. */
  terminal_read: { arguments: ReadTerminal; answer: TerminalPiece };
  /** Types. One at a time: what is sent together may arrive in any order. */
  terminal_write: { arguments: WriteTerminal; answer: null };
  terminal_resize: { arguments: ResizeTerminal; answer: null };
  /** Ends the shell and forgets the terminal. */
  terminal_close: { arguments: OneTerminal; answer: null };
  /** Entries of the audit, the newest first. */
  audit_list: { arguments: AuditQuery; answer: Array<AuditEntry> };
  /** Walks the whole audit. */
  audit_verify: { arguments: Nothing; answer: AuditHead };
  /** A person's answer to a question; none says that nobody answers. It is passed on and kept nowhere. */
  question_answer: { arguments: Answer; answer: null };
}
