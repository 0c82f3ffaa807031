// After a save: what the page says, the refresh, and what else of the schedule was changed.
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { toastDone, toastError } from '@/ui/toast';
import { scheduleQuery } from '../queries';
import type { Options } from '../schedule/ScheduleOptions';
import type { Done, Edited } from './useSaving';

type What = 'saved' | 'draft' | 'approval' | number;

const told = (value: unknown): What | null => {
  if (typeof value === 'number') return value;
  return value === 'saved' || value === 'draft' || value === 'approval' ? value : null;
};

const TOLD = {
  saved: 'Saved',
  draft: 'Saved as a draft',
  approval: 'Kept as a draft until somebody approves it',
};

const afterOf = (done: Done): keyof typeof TOLD => {
  if (done.approval) return 'approval';
  return done.asDraft ? 'draft' : 'saved';
};

const begin = (edited: Edited) =>
  unwrap(api.POST('/api/rules/{rule_id}/trigger', { params: { path: { rule_id: edited.id } } }));

export const useAfterSave = (edited: Edited | null) => {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [refreshing, setRefreshing] = useState(false);
  const search = useSearch({ strict: false });
  // Outlives the change of page from a new rule to its own address, and a reload.
  const what = edited === null ? null : told(search.after);

  const show = (id: number, after: What) =>
    navigate({
      to: '/rules/edit/$ruleId',
      params: { ruleId: String(id) },
      search: { view: search.view, after },
      replace: true,
      resetScroll: false,
    });

  const refresh = async (one: Edited) => {
    setRefreshing(true);
    try {
      await show(one.id, (await begin(one)).run_id);
    } catch (error) {
      toastError(error);
    } finally {
      setRefreshing(false);
    }
  };

  const schedule = async (one: Edited, options: Options) => {
    try {
      const found = await queries.fetchQuery({ ...scheduleQuery(one.name), staleTime: 0 });
      if (found === null) return;
      const params = { path: { schedule_id: found.id } };
      await unwrap(api.PUT('/api/schedules/{schedule_id}', { params, body: options }));
      await queries.invalidateQueries({ queryKey: ['schedules'] });
    } catch (error) {
      toastError(error);
    }
  };

  const saved = async (done: Done, options: Options | null) => {
    const one = done.edited;
    const published = afterOf(done) === 'saved';
    if (options !== null && published) await schedule(one, options);
    if (done.refresh && published) {
      toastDone(`Saved “${one.content.details.title}”; it is being refreshed.`);
      await show(one.id, 'saved');
      return refresh(one);
    }
    const after = afterOf(done);
    toastDone(TOLD[after], {
      link: after === 'saved' ? { label: 'Refresh now', go: () => void refresh(one) } : undefined,
    });
    await show(one.id, after);
  };

  return { what, refresh, refreshing, saved };
};
