/** How the failures of Millwright's own updates look. */

import { failed, refused, type Appearance } from "./appearance";
import type { Code } from "./generated/commands";

export const updateAppearances = {
  update_off: refused("Updates are off here", "Install a released version of Millwright."),
  update_signature_invalid: refused(
    "The update was changed on its way",
    "Nothing was installed. Try again on another network; if it stays, report it.",
  ),
  update_key_unknown: refused(
    "The update is signed with an unknown key",
    "Nothing was installed. If the keys were changed, install the newest version by hand.",
  ),
  update_key_retired: refused(
    "The update is signed with a retired key",
    "Nothing was installed. Report it, and wait for a new release.",
  ),
  update_format: refused(
    "The update does not describe itself in a known way",
    "Install the newest version by hand, from where you got this one.",
  ),
  update_channel: refused("The update is another channel's", "Nothing was installed. Report it."),
  update_expired: refused(
    "The server's answer is too old",
    "Check this machine's date. If it is right, try another network.",
  ),
  update_from_future: refused("This machine's clock is behind", "Set this machine's clock, then check again."),
  update_replayed: refused(
    "The server offers an older release than before",
    "Nothing was installed. Try again later; if it stays, report it.",
  ),
  update_downgrade: refused("The update is older than what is installed", "Nothing has to be done."),
  update_too_old: refused(
    "This version is too old to be updated directly",
    "Install the version that the message names by hand, then check again.",
  ),
  update_target_missing: refused(
    "No package for this installation",
    "Wait for the next release, or install another kind of package by hand.",
  ),
  update_too_large: refused(
    "The server sends more than it may",
    "Nothing was installed. Try again later; if it stays, report it.",
  ),
  update_truncated: failed("The update did not arrive whole", "Fetch it again: it goes on where it stopped."),
  update_artifact_mismatch: refused(
    "The package is not the one of the release",
    "Nothing was installed. Try again on another network; if it stays, report it.",
  ),
  update_version_unsigned: refused("The package does not say which version it is", "Nothing was installed. Report it."),
  update_version_mismatch: refused("The package was signed for another version", "Nothing was installed. Report it."),
  update_insecure_transport: refused(
    "The update would come unencrypted",
    "Nothing was fetched. Try another network; if it stays, report it.",
  ),
  update_server: failed(
    "The server of the updates cannot be asked",
    "Check the network and the proxy; Millwright asks again by itself.",
  ),
  update_busy: failed("An update is being fetched already", "Wait for it to end."),
  update_memory_lost: failed(
    "What was known of updates is lost",
    "Choose the channel again, and check for updates on a network that you trust.",
  ),
  update_installing: refused("An update is being installed", "Try again in a minute."),
  update_install_failed: failed(
    "The update was not installed",
    "Millwright goes on as it was. Try again, or install the package yourself.",
  ),
  work_under_way: refused("Something is under way", "Wait until it has ended, or choose to update after it."),
} satisfies Partial<Record<Code, Appearance>>;
