/** `Debian GNU/Linux 13 (trixie)` → `Debian 13`: what tells systems apart in a narrow column. Pure. */
export function shortSystem(prettyName: string): string {
  return prettyName
    .replace(/\s*\([^)]*\)\s*$/, "")
    .replace(/\s+GNU\/Linux\b/, "")
    .replace(/^(Red Hat) Enterprise Linux\b/, "RHEL")
    .replace(/^(\S+) Linux (?=\d)/, "$1 ")
    .trim();
}
