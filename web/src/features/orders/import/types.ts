// The shapes of imports, under the names this page uses.
import type { Schemas } from '@/api/client';

export type Import = Schemas['ImportBody'];
export type ImportHead = Schemas['ImportHeadBody'];
export type ImportRow = Schemas['ImportRowBody'];
export type ImportApplied = Schemas['ImportAppliedBody'];
export type Options = Schemas['ImportOptionsBody'];
export type ErrorKind = Schemas['ErrorKindBody'];
export type CellError = Schemas['CellErrorBody'];
export type Check = Schemas['ImportCheckBody'];
