// Which steps an order may take from where it is; the server's table says it, and decides.
import type { Desk, OrderRow, Tone, Transition } from './types';

const ADMINS = ['admin', 'owner'];

const holds = (transition: Transition, row: OrderRow): boolean => {
  if (transition.condition === 'paid') return row.paid_at !== null;
  return transition.condition !== 'held_from' || transition.to_status === row.held_from;
};

/** The legal next steps of an order for somebody of a role. */
export const nextSteps = (desk: Desk, row: OrderRow, role: string): Transition[] =>
  desk.transitions
    .filter(
      (one) =>
        one.from_status === row.status &&
        (one.role !== 'admin' || ADMINS.includes(role)) &&
        holds(one, row),
    )
    .sort((one, other) => rank(desk, one) - rank(desk, other));

/** Steps onwards come first. */
const rank = (desk: Desk, { to_status }: Transition): number =>
  desk.statuses.findIndex(({ status }) => status === to_status);

/** Whether a step wants a reason. */
export const wantsReason = (desk: Desk, from: unknown, to: unknown): boolean =>
  desk.transitions.some(
    (one) => one.from_status === from && one.to_status === to && one.reason_required,
  );

export const statusLabel = (desk: Desk, status: unknown): string =>
  desk.statuses.find((one) => one.status === status)?.label ?? String(status ?? '');

/** The usual way of an order, for the stepper. */
export const USUAL = ['pending', 'confirmed', 'processing', 'shipped', 'delivered'];

const TONES: Record<string, Tone> = {
  confirmed: 'info',
  processing: 'info',
  shipped: 'info',
  delivered: 'good',
  on_hold: 'warn',
  cancelled: 'bad',
  returned: 'bad',
  refunded: 'bad',
};

/** The colour of a status's dot; its name always stands beside it. */
export const statusTone = (status: unknown): Tone => TONES[String(status)] ?? 'dim';
