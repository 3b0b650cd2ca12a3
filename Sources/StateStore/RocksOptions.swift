import CRocksDB

/// RocksDB's options for one store: small, bounded, and no threads or files beyond what is named here.
@safe final class RocksOptions {
    let database: OpaquePointer
    let read: OpaquePointer
    let write: OpaquePointer
    private let blockCache: SharedBlockCache

    /// Bits of bloom filter per key: about 1 % of the reads of absent keys look into a table file.
    private static let bloomBitsPerKey = 10.0
    /// Lines of RocksDB's own log: one old file, 1 MiB.
    private static let logFileBytes = 1 << 20
    private static let manifestBytes = 4 << 20
    /// One flush and one compaction at a time for the whole process; they share RocksDB's two default threads.
    private static let backgroundJobs: Int32 = 2

    init(_ settings: StateStoreSettings) {
        blockCache = settings.blockCache ?? SharedBlockCache(capacityBytes: StateStoreSettings.ownBlockCacheBytes)
        unsafe database = rocksdb_options_create()
        unsafe read = rocksdb_readoptions_create()
        unsafe write = rocksdb_writeoptions_create()
        unsafe rocksdb_writeoptions_disable_WAL(write, settings.writeAheadLog ? 0 : 1)
        unsafe rocksdb_options_set_create_if_missing(database, 1)
        boundMemory(settings)
        boundFiles(settings)
        setTableFormat()
    }

    deinit {
        unsafe rocksdb_writeoptions_destroy(write)
        unsafe rocksdb_readoptions_destroy(read)
        unsafe rocksdb_options_destroy(database)
    }

    private func boundMemory(_ settings: StateStoreSettings) {
        unsafe rocksdb_options_set_write_buffer_size(database, settings.writeBufferBytes)
        unsafe rocksdb_options_set_max_write_buffer_number(database, 2)
        // A read of a key that is not in the write buffer need not search its skip list.
        unsafe rocksdb_options_set_memtable_prefix_bloom_size_ratio(database, 0.05)
        unsafe rocksdb_options_set_memtable_whole_key_filtering(database, 1)
    }

    private func boundFiles(_ settings: StateStoreSettings) {
        unsafe rocksdb_options_set_max_open_files(database, Int32(clamping: settings.maxOpenFiles))
        unsafe rocksdb_options_set_max_background_jobs(database, Self.backgroundJobs)
        unsafe rocksdb_options_set_target_file_size_base(database, UInt64(settings.writeBufferBytes))
        unsafe rocksdb_options_set_max_bytes_for_level_base(database, UInt64(settings.writeBufferBytes) * 4)
        unsafe rocksdb_options_set_level_compaction_dynamic_level_bytes(database, 1)
        unsafe rocksdb_options_set_keep_log_file_num(database, 2)
        unsafe rocksdb_options_set_max_log_file_size(database, Self.logFileBytes)
        unsafe rocksdb_options_set_max_manifest_file_size(database, Self.manifestBytes)
        unsafe rocksdb_options_set_stats_dump_period_sec(database, 0)
        unsafe rocksdb_options_set_stats_persist_period_sec(database, 0)
        // A torn tail of the log is what a killed process leaves: replay up to it, which is a committed transaction.
        unsafe rocksdb_options_set_wal_recovery_mode(database, Int32(rocksdb_point_in_time_recovery))
    }

    private func setTableFormat() {
        guard let table = unsafe rocksdb_block_based_options_create() else { return }
        unsafe rocksdb_block_based_options_set_block_cache(table, blockCache.pointer)
        unsafe rocksdb_block_based_options_set_format_version(table, 5)
        // The filter goes over to the table options, which free it.
        unsafe rocksdb_block_based_options_set_filter_policy(
            table, rocksdb_filterpolicy_create_bloom_full(Self.bloomBitsPerKey))
        unsafe rocksdb_block_based_options_set_data_block_index_type(
            table, Int32(rocksdb_block_based_table_data_block_index_type_binary_search_and_hash))
        unsafe rocksdb_block_based_options_set_data_block_hash_ratio(table, 0.75)
        // Index and filter blocks count against the shared cache too: memory stays bounded whatever the state's size.
        unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1)
        unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(table, 1)
        unsafe rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1)
        unsafe rocksdb_options_set_block_based_table_factory(database, table)
        unsafe rocksdb_block_based_options_destroy(table)
        unsafe rocksdb_options_set_compression(database, Int32(rocksdb_lz4_compression))
    }
}
