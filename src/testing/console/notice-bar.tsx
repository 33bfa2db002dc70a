import { say, useNotice } from "./live/notices.js";
import { copy } from "./parts/copy-button.js";

/** What was just done, and how a shell does it. The page's one live region. */
export function NoticeBar() {
  const notice = useNotice();
  const line = notice?.curl;
  return (
    <aside aria-label="What was done" class={notice ? `notice ${notice.failed ? "failed" : ""}` : "notice none"}>
      <p role="status" aria-live="polite">
        {notice?.text}
      </p>
      {line && <code title={line}>{line}</code>}
      {line && (
        <button type="button" class="small" onClick={() => copy(line, "The curl line")}>
          Copy as curl
        </button>
      )}
      {notice && (
        <button type="button" class="small" onClick={() => say(undefined)}>
          Dismiss
        </button>
      )}
    </aside>
  );
}
