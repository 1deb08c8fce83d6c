CREATE TABLE `admin_sessions` (
	`session_id_hash` text PRIMARY KEY NOT NULL,
	`csrf_token_hash` text NOT NULL,
	`admin_key_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked` integer NOT NULL,
	`user_agent` text,
	`source_ip` text
);
--> statement-breakpoint
CREATE INDEX `admin_sessions_by_admin_key` ON `admin_sessions` (`admin_key_hash`);--> statement-breakpoint
CREATE INDEX `admin_sessions_by_expires_at` ON `admin_sessions` (`expires_at`);--> statement-breakpoint
CREATE INDEX `admin_sessions_newest` ON `admin_sessions` (`created_at`,`session_id_hash`);--> statement-breakpoint
CREATE TABLE `aliases` (
	`name` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`current_uid` text,
	`target_uids` text,
	`version` integer NOT NULL,
	`history` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `canaries` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`index_uid` text NOT NULL,
	`interval_ms` integer NOT NULL,
	`query_json` text NOT NULL,
	`assertions_json` text NOT NULL,
	`enabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `canary_runs` (
	`canary_id` text NOT NULL,
	`run_id` text NOT NULL,
	`seq` integer NOT NULL,
	`ran_at` integer NOT NULL,
	`status` text NOT NULL,
	`latency_ms` integer NOT NULL,
	`failed_assertions_json` text,
	PRIMARY KEY(`canary_id`, `run_id`)
);
--> statement-breakpoint
CREATE INDEX `canary_runs_newest` ON `canary_runs` (`canary_id`,`seq`);--> statement-breakpoint
CREATE TABLE `cdc_cursors` (
	`sink_name` text NOT NULL,
	`index_uid` text NOT NULL,
	`last_event_seq` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`sink_name`, `index_uid`)
);
--> statement-breakpoint
CREATE TABLE `idempotency_cache` (
	`scope` text NOT NULL,
	`key` text NOT NULL,
	`body_sha256` blob NOT NULL,
	`token` text NOT NULL,
	`task_uid` integer,
	`response_status` integer,
	`response_body` text,
	`created_at` integer NOT NULL,
	`ttl_ms` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`scope`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_cache_by_created_at` ON `idempotency_cache` (`created_at`);--> statement-breakpoint
CREATE INDEX `idempotency_cache_by_expires_at` ON `idempotency_cache` (`expires_at`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`params` text NOT NULL,
	`state` text NOT NULL,
	`dedupe_key` text,
	`parent_id` text,
	`run_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`max_attempts` integer NOT NULL,
	`claimed_by` text,
	`claim_token` text,
	`claim_expires_at` integer,
	`claim_lease_ms` integer,
	`progress` text,
	`result` text,
	`error` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `jobs_by_due` ON `jobs` (`state`,`type`,`run_at`,`seq`) WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX `jobs_by_claim_expiry` ON `jobs` (`claim_expires_at`) WHERE claim_expires_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `jobs_by_state` ON `jobs` (`state`,`seq`);--> statement-breakpoint
CREATE INDEX `jobs_by_type` ON `jobs` (`type`,`seq`);--> statement-breakpoint
CREATE INDEX `jobs_by_parent` ON `jobs` (`parent_id`,`seq`) WHERE parent_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `jobs_by_finished_at` ON `jobs` (`finished_at`) WHERE finished_at IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_by_seq` ON `jobs` (`seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_by_dedupe_key` ON `jobs` (`dedupe_key`) WHERE dedupe_key IS NOT NULL AND state IN ('queued', 'in_progress');--> statement-breakpoint
CREATE TABLE `leader_lease` (
	`scope` text PRIMARY KEY NOT NULL,
	`holder` text,
	`epoch` integer NOT NULL,
	`state` text,
	`acquired_at` integer NOT NULL,
	`renewed_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `node_settings_version` (
	`index_uid` text NOT NULL,
	`node_id` text NOT NULL,
	`version` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`index_uid`, `node_id`)
);
--> statement-breakpoint
CREATE INDEX `node_settings_version_by_node` ON `node_settings_version` (`node_id`);--> statement-breakpoint
CREATE TABLE `rollover_policies` (
	`name` text PRIMARY KEY NOT NULL,
	`write_alias` text NOT NULL,
	`read_alias` text NOT NULL,
	`pattern` text NOT NULL,
	`triggers_json` text NOT NULL,
	`retention_json` text NOT NULL,
	`template_json` text NOT NULL,
	`enabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `search_ui_config` (
	`index_uid` text PRIMARY KEY NOT NULL,
	`config_json` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`session_id` text PRIMARY KEY NOT NULL,
	`pins` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sessions_by_last_used_at` ON `sessions` (`last_used_at`);--> statement-breakpoint
CREATE INDEX `sessions_by_expires_at` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`uid` integer PRIMARY KEY NOT NULL,
	`index_uid` text,
	`type` text NOT NULL,
	`status` text NOT NULL,
	`node_tasks` text NOT NULL,
	`details` text,
	`error` text,
	`canceled_by` integer,
	`custom_metadata` text,
	`enqueued_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tasks_by_status` ON `tasks` (`status`,`uid`);--> statement-breakpoint
CREATE INDEX `tasks_by_type` ON `tasks` (`type`,`uid`);--> statement-breakpoint
CREATE INDEX `tasks_by_index_uid` ON `tasks` (`index_uid`,`uid`);--> statement-breakpoint
CREATE INDEX `tasks_by_canceled_by` ON `tasks` (`canceled_by`,`uid`);--> statement-breakpoint
CREATE INDEX `tasks_by_enqueued_at` ON `tasks` (`enqueued_at`);--> statement-breakpoint
CREATE INDEX `tasks_by_started_at` ON `tasks` (`started_at`);--> statement-breakpoint
CREATE INDEX `tasks_by_finished_at` ON `tasks` (`finished_at`);--> statement-breakpoint
CREATE TABLE `tenant_map` (
	`api_key_hash` blob PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`group_id` integer,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `api_keys` (
	`uid` text PRIMARY KEY NOT NULL,
	`name` text,
	`description` text,
	`actions` text NOT NULL,
	`indexes` text NOT NULL,
	`expires_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `api_keys_newest` ON `api_keys` (`created_at`,`uid`);--> statement-breakpoint
CREATE TABLE `cdc_overflow_sinks` (
	`sink_name` text PRIMARY KEY NOT NULL,
	`events` integer NOT NULL,
	`bytes` integer NOT NULL,
	`last_position` integer NOT NULL,
	`lost_from` integer,
	`lost_to` integer
);
--> statement-breakpoint
CREATE TABLE `cdc_overflow` (
	`sink_name` text NOT NULL,
	`position` integer NOT NULL,
	`event` text NOT NULL,
	`bytes` integer NOT NULL,
	PRIMARY KEY(`sink_name`, `position`)
);
--> statement-breakpoint
CREATE TABLE `counters` (
	`name` text PRIMARY KEY NOT NULL,
	`next` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `gateways` (
	`gateway_id` text PRIMARY KEY NOT NULL,
	`address` text NOT NULL,
	`started_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `gateways_by_expires_at` ON `gateways` (`expires_at`);--> statement-breakpoint
CREATE TABLE `indexes` (
	`uid` text PRIMARY KEY NOT NULL,
	`physical_uid` text NOT NULL,
	`primary_key` text,
	`next_sequence` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `indexes_physical_uid_unique` ON `indexes` (`physical_uid`);--> statement-breakpoint
CREATE TABLE `login_backoff` (
	`key` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`blocked_until_at` integer,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `login_backoff_by_expires_at` ON `login_backoff` (`expires_at`);--> statement-breakpoint
CREATE TABLE `rate_limits` (
	`bucket` text NOT NULL,
	`key` text NOT NULL,
	`used` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`bucket`, `key`)
);
--> statement-breakpoint
CREATE INDEX `rate_limits_by_expires_at` ON `rate_limits` (`expires_at`);--> statement-breakpoint
CREATE TABLE `schema_version` (
	`version` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`applied_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `scoped_key_observations` (
	`index_uid` text NOT NULL,
	`gateway_id` text NOT NULL,
	`generation` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`index_uid`, `gateway_id`)
);
--> statement-breakpoint
CREATE INDEX `scoped_key_observations_by_expires_at` ON `scoped_key_observations` (`expires_at`);--> statement-breakpoint
CREATE TABLE `scoped_keys` (
	`index_uid` text PRIMARY KEY NOT NULL,
	`current_uid` text NOT NULL,
	`previous_uid` text,
	`generation` integer NOT NULL,
	`rotated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `task_counts` (
	`status` text NOT NULL,
	`type` text NOT NULL,
	`index_uid` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`status`, `type`, `index_uid`)
);
