/** The families Meilisearch sorts its errors into; they tell a client whose fault it was. */
export type ErrorType = "invalid_request" | "internal" | "auth" | "system";

export type ErrorKind = { readonly status: number; readonly type: ErrorType };

const kinds = <const Code extends string>(
  status: number,
  type: ErrorType,
  codes: readonly Code[],
): Record<Code, ErrorKind> =>
  Object.fromEntries(codes.map((code) => [code, { status, type }])) as Record<Code, ErrorKind>;

/** Every error code a Meilisearch node may answer with: its HTTP status and its type. */
export const ERROR_CODES = {
  ...kinds(400, "invalid_request", [
    // Requests as such
    "bad_parameter",
    "bad_request",
    "malformed_payload",
    "missing_payload",
    "feature_not_enabled",
    // Indexes
    "index_primary_key_already_exists",
    "index_primary_key_multiple_candidates_found",
    "index_primary_key_no_candidate_found",
    "immutable_index_created_at",
    "immutable_index_uid",
    "immutable_index_updated_at",
    "invalid_index_custom_metadata",
    "invalid_index_fields_filter",
    "invalid_index_fields_filter_attribute_patterns",
    "invalid_index_fields_filter_displayed",
    "invalid_index_fields_filter_distinct",
    "invalid_index_fields_filter_filterable",
    "invalid_index_fields_filter_ranking_rule",
    "invalid_index_fields_filter_searchable",
    "invalid_index_fields_filter_sortable",
    "invalid_index_limit",
    "invalid_index_offset",
    "invalid_index_primary_key",
    "invalid_index_uid",
    "missing_index_uid",
    "invalid_stats_size_format",
    "invalid_stats_show_internal_database_sizes",
    "invalid_swap_duplicate_index_found",
    "invalid_swap_indexes",
    "invalid_swap_rename",
    "missing_swap_indexes",
    // Documents
    "edit_documents_by_function_error",
    "invalid_document_csv_delimiter",
    "invalid_document_edition_context",
    "invalid_document_edition_function_filter",
    "invalid_document_fields",
    "invalid_document_filter",
    "invalid_document_geo_field",
    "invalid_document_geojson_field",
    "invalid_document_id",
    "invalid_document_ids",
    "invalid_document_limit",
    "invalid_document_offset",
    "invalid_document_retrieve_vectors",
    "invalid_document_sort",
    "invalid_skip_creation",
    "invalid_vector_dimensions",
    "invalid_vectors_type",
    "max_fields_limit_exceeded",
    "missing_document_edition_function",
    "missing_document_filter",
    "missing_document_id",
    "too_many_vectors",
    "vector_embedding_error",
    // Search
    "invalid_search_attributes_to_crop",
    "invalid_search_attributes_to_highlight",
    "invalid_search_attributes_to_retrieve",
    "invalid_search_attributes_to_search_on",
    "invalid_search_crop_length",
    "invalid_search_crop_marker",
    "invalid_search_distinct",
    "invalid_search_embedder",
    "invalid_search_facets",
    "invalid_search_filter",
    "invalid_search_highlight_post_tag",
    "invalid_search_highlight_pre_tag",
    "invalid_search_hits_per_page",
    "invalid_search_hybrid_query",
    "invalid_search_limit",
    "invalid_search_locales",
    "invalid_search_matching_strategy",
    "invalid_search_media",
    "invalid_search_media_and_vector",
    "invalid_search_offset",
    "invalid_search_page",
    "invalid_search_personalize",
    "invalid_search_personalize_user_context",
    "invalid_search_q",
    "invalid_search_ranking_score_threshold",
    "invalid_search_retrieve_vectors",
    "invalid_search_semantic_ratio",
    "invalid_search_show_matches_position",
    "invalid_search_show_performance_details",
    "invalid_search_show_ranking_score",
    "invalid_search_show_ranking_score_details",
    "invalid_search_sort",
    "invalid_search_use_network",
    "invalid_search_vector",
    "missing_search_hybrid",
    // Facet search, similar documents
    "facet_search_disabled",
    "invalid_facet_search_exhaustive_facet_count",
    "invalid_facet_search_facet_name",
    "invalid_facet_search_query",
    "missing_facet_search_facet_name",
    "invalid_similar_attributes_to_retrieve",
    "invalid_similar_embedder",
    "invalid_similar_filter",
    "invalid_similar_id",
    "invalid_similar_limit",
    "invalid_similar_offset",
    "invalid_similar_ranking_score_threshold",
    "invalid_similar_retrieve_vectors",
    "invalid_similar_show_performance_details",
    "invalid_similar_show_ranking_score",
    "invalid_similar_show_ranking_score_details",
    "not_found_similar_id",
    // Multi-search
    "invalid_multi_search_distinct",
    "invalid_multi_search_facet_order",
    "invalid_multi_search_facets",
    "invalid_multi_search_facets_by_index",
    "invalid_multi_search_federated",
    "invalid_multi_search_federation_options",
    "invalid_multi_search_max_values_per_facet",
    "invalid_multi_search_merge_facets",
    "invalid_multi_search_query_facets",
    "invalid_multi_search_query_pagination",
    "invalid_multi_search_query_personalization",
    "invalid_multi_search_query_position",
    "invalid_multi_search_query_ranking_rules",
    "invalid_multi_search_remote",
    "invalid_multi_search_query_show_performance_details",
    "invalid_multi_search_weight",
    // Settings
    "invalid_settings_chat",
    "invalid_settings_dictionary",
    "invalid_settings_displayed_attributes",
    "invalid_settings_distinct_attribute",
    "invalid_settings_embedders",
    "invalid_settings_facet_search",
    "invalid_settings_faceting",
    "invalid_settings_filterable_attributes",
    "invalid_settings_foreign_keys",
    "invalid_settings_localized_attributes",
    "invalid_settings_non_separator_tokens",
    "invalid_settings_pagination",
    "invalid_settings_prefix_search",
    "invalid_settings_proximity_precision",
    "invalid_settings_ranking_rules",
    "invalid_settings_search_cutoff_ms",
    "invalid_settings_searchable_attributes",
    "invalid_settings_separator_tokens",
    "invalid_settings_sortable_attributes",
    "invalid_settings_stop_words",
    "invalid_settings_synonyms",
    "invalid_settings_typo_tolerance",
    // Tasks and batches
    "invalid_batch_uids",
    "invalid_task_after_enqueued_at",
    "invalid_task_after_finished_at",
    "invalid_task_after_started_at",
    "invalid_task_before_enqueued_at",
    "invalid_task_before_finished_at",
    "invalid_task_before_started_at",
    "invalid_task_canceled_by",
    "invalid_task_from",
    "invalid_task_index_uids",
    "invalid_task_limit",
    "invalid_task_reverse",
    "invalid_task_statuses",
    "invalid_task_types",
    "invalid_task_uids",
    "missing_task_filters",
    // Keys
    "immutable_api_key_actions",
    "immutable_api_key_created_at",
    "immutable_api_key_expires_at",
    "immutable_api_key_indexes",
    "immutable_api_key_key",
    "immutable_api_key_uid",
    "immutable_api_key_updated_at",
    "index_scoped_api_key_with_global_action",
    "invalid_api_key_actions",
    "invalid_api_key_description",
    "invalid_api_key_expires_at",
    "invalid_api_key_indexes",
    "invalid_api_key_limit",
    "invalid_api_key_name",
    "invalid_api_key_offset",
    "invalid_api_key_uid",
    "missing_api_key_actions",
    "missing_api_key_expires_at",
    "missing_api_key_indexes",
    // Network, export, webhooks
    "invalid_network_leader",
    "invalid_network_remotes",
    "invalid_network_search_api_key",
    "invalid_network_self",
    "invalid_network_url",
    "invalid_network_write_api_key",
    "invalid_export_api_key",
    "invalid_export_index_filter",
    "invalid_export_indexes_patterns",
    "invalid_export_payload_size",
    "invalid_export_url",
    "immutable_webhook",
    "immutable_webhook_is_editable",
    "immutable_webhook_uuid",
    "invalid_webhook_headers",
    "invalid_webhook_url",
    "invalid_webhook_uuid",
    "invalid_webhooks",
    "missing_webhook_url",
    // Templates
    "invalid_render_input",
    "invalid_render_template",
    "template_parsing_error",
    "template_rendering_error",
  ]),
  ...kinds(401, "auth", ["missing_authorization_header", "missing_master_key"]),
  ...kinds(403, "auth", ["invalid_api_key"]),
  ...kinds(404, "invalid_request", [
    "api_key_not_found",
    "batch_not_found",
    "chat_not_found",
    "document_not_found",
    "dynamic_search_rule_not_found",
    "index_not_found",
    "render_document_not_found",
    "task_file_not_found",
    "task_not_found",
    "webhook_not_found",
  ]),
  ...kinds(409, "invalid_request", ["api_key_already_exists", "index_already_exists"]),
  ...kinds(413, "invalid_request", ["payload_too_large"]),
  ...kinds(415, "invalid_request", ["invalid_content_type", "missing_content_type"]),
  ...kinds(422, "system", ["io_error", "no_space_left_on_device", "too_many_open_files"]),
  ...kinds(451, "invalid_request", ["requires_enterprise_edition"]),
  ...kinds(500, "internal", ["database_size_limit_reached", "internal", "invalid_store_file"]),
  ...kinds(502, "system", [
    "remote_bad_response",
    "remote_could_not_send_request",
    "remote_remote_error",
    "remote_timeout",
  ]),
  ...kinds(503, "system", ["too_many_search_requests"]),
} as const satisfies Record<string, ErrorKind>;

/** The codes that only this gateway answers with; a single node has no such troubles. */
export const MIROIR_ERROR_CODES = {
  ...kinds(400, "invalid_request", [
    "miroir_invalid_alias",
    "miroir_invalid_header",
    "miroir_multi_alias_not_supported",
    "miroir_reserved_field",
  ]),
  ...kinds(401, "auth", ["miroir_invalid_session"]),
  ...kinds(403, "auth", ["miroir_invalid_csrf_token"]),
  ...kinds(404, "invalid_request", ["miroir_alias_not_found"]),
  ...kinds(409, "invalid_request", [
    "miroir_alias_already_exists",
    "miroir_alias_is_no_index",
    "miroir_alias_version_conflict",
    "miroir_idempotency_in_flight",
    "miroir_idempotency_key_reused",
    "miroir_idempotency_outcome_unknown",
    "miroir_multi_alias_not_writable",
    "miroir_name_taken",
  ]),
  ...kinds(429, "system", ["miroir_too_many_logins", "miroir_too_many_requests"]),
  ...kinds(500, "system", ["miroir_partly_canceled"]),
  ...kinds(501, "system", ["miroir_not_implemented", "miroir_not_supported"]),
  ...kinds(503, "system", [
    "miroir_no_quorum",
    "miroir_overloaded",
    "miroir_no_turn",
    "miroir_session_behind",
    "miroir_settings_behind",
    "miroir_settings_busy",
    "miroir_settings_diverged",
    "miroir_store_unavailable",
    "miroir_unavailable_shards",
  ]),
} as const satisfies Record<string, ErrorKind>;

const ALL_CODES: Record<ErrorCode, ErrorKind> = { ...ERROR_CODES, ...MIROIR_ERROR_CODES };

export type ErrorCode = keyof typeof ERROR_CODES | keyof typeof MIROIR_ERROR_CODES;

/** Whether a code read from elsewhere (a node's answer) is in the tables. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ALL_CODES, code);

/** The error object of HTTP answers and of failed tasks. `code` is open: nodes may know codes that we do not. */
export type ErrorEnvelope = { message: string; code: string; type: string; link: string };

/** Whether a parsed JSON value is an error object of Meilisearch. */
export const isErrorEnvelope = (value: unknown): value is ErrorEnvelope =>
  typeof value === "object" &&
  value !== null &&
  ["message", "code", "type", "link"].every((key) => typeof (value as Record<string, unknown>)[key] === "string");

/** An error with a Meilisearch code. `status` is the HTTP status to answer with; JSON.stringify gives the envelope. */
export class MeilisearchError extends Error {
  override readonly name = "MeilisearchError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly type: ErrorType;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.status = ALL_CODES[code].status;
    this.type = ALL_CODES[code].type;
  }

  toJSON(): ErrorEnvelope {
    return {
      message: this.message,
      code: this.code,
      type: this.type,
      link: `https://docs.meilisearch.com/errors#${this.code}`,
    };
  }
}
