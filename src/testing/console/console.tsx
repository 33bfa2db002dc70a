import { useEffect, useRef, useState } from "preact/hooks";
import { goTo, type PageName, pages, useAddress } from "./address.js";
import { Apps } from "./apps/apps.js";
import { Directory } from "./directory/directory.js";
import { Faults } from "./faults/faults.js";
import { Header } from "./header.js";
import { watchKeys } from "./keys.js";
import { KeysDialog } from "./keys-dialog.js";
import { useKnown } from "./live/known.js";
import { Locked } from "./locked.js";
import { Navigation, pageNames } from "./navigation.js";
import { NoticeBar } from "./notice-bar.js";
import { Overview } from "./overview/overview.js";
import { ConfirmDialog } from "./parts/dialog.js";
import { Requests } from "./requests/requests.js";
import { Tenant } from "./tenant/tenant.js";

const contents: Record<PageName, (props: { rest: string[] }) => preact.JSX.Element> = {
  overview: Overview,
  requests: Requests,
  directory: Directory,
  apps: Apps,
  faults: Faults,
  tenant: Tenant,
};

export function Console() {
  const { page, rest } = useAddress();
  const { link, health } = useKnown();
  const [helps, setHelps] = useState(false);
  const main = useRef<HTMLElement>(null);
  const seen = useRef(page);

  useEffect(() => watchKeys({ toPage: (index) => goTo(pages[index] ?? "overview"), help: () => setHelps(true) }), []);
  useEffect(() => {
    document.title = `${pageNames[page]} · ${health?.domain ?? "Embedded tenant"}`;
    // Whoever has gone to another page reads on there.
    if (seen.current !== page) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    seen.current = page;
  }, [page, health?.domain]);

  const Content = contents[page];
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Header onHelp={() => setHelps(true)} />
      <Navigation page={page} />
      <main id="main" ref={main} tabIndex={-1} class={rest.length > 0 ? "open" : ""}>
        {link === "lost" && (
          <p class="banner">Disconnected: this page shows what it knew, and tries again every second.</p>
        )}
        {link === "locked" ? <Locked /> : <Content rest={rest} />}
      </main>
      <NoticeBar />
      <ConfirmDialog />
      {helps && <KeysDialog onClose={() => setHelps(false)} />}
    </>
  );
}
