// Go to another workspace: nothing of the one before stays.
import { type Query, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';

/** What is the same in every workspace. */
const OF_ALL = new Set(['session', 'sessions', 'workspaces', 'workspace', 'operators', 'health']);

export const useSwitchWorkspace = () => {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async (name: string, to: '/' | '/sources/model' = '/'): Promise<void> => {
    const predicate = (query: Query) => !OF_ALL.has(String(query.queryKey[0]));
    await navigate({ to, search: { workspace: name } });
    queries.removeQueries({ predicate, type: 'inactive' });
    await queries.resetQueries({ predicate });
  };
};
