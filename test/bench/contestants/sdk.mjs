import { PageIterator } from "@microsoft/microsoft-graph-client";

/** Lists through the Graph SDK. Its callback isn't awaited, so a consumer that needs time pauses the iterator and resumes it. */
export async function listWithPageIterator(client, { pageSize, onUser }) {
  const request = client.api("/users");
  if (pageSize) request.top(pageSize);
  let busy;
  const iterator = new PageIterator(client, await request.get(), (user) => {
    busy = onUser(user);
    return busy === undefined;
  });
  do {
    await iterator.iterate();
    await busy;
  } while (!iterator.isComplete());
}
