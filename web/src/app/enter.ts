// Before any page: who is here, and into which workspace they go.
import type { QueryClient } from '@tanstack/react-query';
import { enterWorkspace, whoQuery, workspaceQuery, workspacesQuery } from '@/api/session';

const REMEMBERED = 'muster:workspace';

/** Leave for the sign-in page; it leads back to where one is. */
export const signIn = (): void => {
  const back = window.location.pathname + window.location.search;
  window.location.assign(`/sign-in?return_to=${encodeURIComponent(back)}`);
};

/**
 * Load who is here and the workspace: the one the address names, else the one of last time, else
 * the first. Nobody signed in: leave for the sign-in page, and never return.
 */
export const enter = async (queries: QueryClient, named: string | undefined): Promise<void> => {
  const who = await queries.ensureQueryData(whoQuery);
  if (!who.signed_in) {
    signIn();
    await new Promise(() => {});
  }
  const { items } = await queries.ensureQueryData(workspacesQuery);
  const remembered = window.localStorage.getItem(REMEMBERED);
  const chosen =
    named ?? items.find((one) => one.name === remembered)?.name ?? items[0]?.name ?? null;
  if (chosen === null) return;
  enterWorkspace(chosen);
  await queries.ensureQueryData(workspaceQuery(chosen));
  window.localStorage.setItem(REMEMBERED, chosen);
};
