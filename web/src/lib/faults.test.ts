import { expect, it } from 'vitest';
import { ApiError, Offline } from '@/api/errors';
import { formFaults } from './faults';

const refused = (...paths: string[]) =>
  new ApiError(
    422,
    {
      title: 'That cannot be saved.',
      problems: paths.map((path) => ({ code: 'X', path, sentence: `No: ${path}.`, hint: null })),
    },
    null,
  );

it('puts a fault at its field, however deep it lies', () => {
  const { fields, rest } = formFaults(refused('$.name', '$.body.kinds[2]'), ['name', 'kinds']);
  expect(fields).toEqual({ name: 'No: $.name.', kinds: 'No: $.body.kinds[2].' });
  expect(rest).toBeNull();
});

it('shows above the form what no field has', () => {
  expect(formFaults(refused('$.other'), ['name']).rest?.sentence).toBe('That cannot be saved.');
  expect(formFaults(new Offline(), ['name']).rest?.sentence).toBe('Muster cannot be reached.');
});

it('takes a refusal without faults as one at its own path', () => {
  const error = new ApiError(422, { title: 'No name.', path: '$.name', hint: 'Write one.' }, null);
  expect(formFaults(error, ['name'])).toEqual({
    fields: { name: 'No name. Write one.' },
    rest: null,
  });
});
