/** The limit: nothing but fetch, and nothing handled. */
export function connect({ tenantId, clientId, clientSecret }) {
  async function token() {
    const response = await fetch(`https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: clientSecret,
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    return (await response.json()).access_token;
  }

  return {
    async list({ pageSize, onUser }) {
      const headers = { authorization: `Bearer ${await token()}` };
      let link = `https://graph.microsoft.com/v1.0/users${pageSize ? `?$top=${pageSize}` : ""}`;
      while (link) {
        const page = await (await fetch(link, { headers })).json();
        for (const user of page.value) {
          const busy = onUser(user);
          if (busy) await busy;
        }
        link = page["@odata.nextLink"];
      }
    },
  };
}
