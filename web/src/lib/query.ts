// How server data is kept: one client, retries only for what may pass by itself.
import { QueryClient } from '@tanstack/react-query';
import { mayPass } from '@/api/errors';

const FRESH_MILLISECONDS = 15_000;
const MOST_RETRIES = 2;

export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MILLISECONDS,
        retry: (failures, error) => failures < MOST_RETRIES && mayPass(error),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
