import { type FieldTable, readBody, readFields } from "./fields.ts";
import { DEFAULT_PAGE_LIMIT } from "./paging.ts";
import { orNull, readArray, readBoolean, readInteger, readString } from "./readers.ts";

/** Which fields of an index to list: null means no restriction. */
export type FieldsFilter = {
  attributePatterns: string[] | null;
  displayed: boolean | null;
  searchable: boolean | null;
  sortable: boolean | null;
  distinct: boolean | null;
  rankingRule: boolean | null;
  filterable: boolean | null;
};

/** A page of the fields of an index, with every default filled in. */
export type FieldsRequest = { offset: number; limit: number; filter: FieldsFilter };

const NO_FILTER: FieldsFilter = {
  attributePatterns: null,
  displayed: null,
  searchable: null,
  sortable: null,
  distinct: null,
  rankingRule: null,
  filterable: null,
};

const flag = orNull(readBoolean);

const FILTER: FieldTable<FieldsFilter> = {
  attributePatterns: {
    code: "invalid_index_fields_filter_attribute_patterns",
    read: orNull(readArray(readString)),
  },
  displayed: { code: "invalid_index_fields_filter_displayed", read: flag },
  searchable: { code: "invalid_index_fields_filter_searchable", read: flag },
  sortable: { code: "invalid_index_fields_filter_sortable", read: flag },
  distinct: { code: "invalid_index_fields_filter_distinct", read: flag },
  rankingRule: { code: "invalid_index_fields_filter_ranking_rule", read: flag },
  filterable: { code: "invalid_index_fields_filter_filterable", read: flag },
};

type Given = { offset: number; limit: number; filter: Partial<FieldsFilter> | null };

const BODY: FieldTable<Given> = {
  offset: { code: "invalid_index_offset", read: readInteger() },
  limit: { code: "invalid_index_limit", read: readInteger() },
  filter: { code: "invalid_index_fields_filter", read: orNull((value, place) => readFields(FILTER, value, place)) },
};

/** Checks the parsed body of `POST /indexes/{uid}/fields`. */
export const parseListFields = (body: unknown): FieldsRequest => {
  const { offset = 0, limit = DEFAULT_PAGE_LIMIT, filter } = readBody(BODY, body);
  return { offset, limit, filter: { ...NO_FILTER, ...filter } };
};
