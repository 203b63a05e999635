package dev.mneme.core.hub;

import java.time.Instant;

/// What one commit did to an owner: everything that is needed to spread it over the collections, and to follow it.
///
/// @param revision the owner's, 1 for its first batch; dense
/// @param id a UUID, by which a node finds out whether a commit whose answer was lost took place
/// @param node the id of the node that committed it
/// @param at the command time; never before that of the batch before
/// @param sequence the owner's sequence after it
/// @param rows what was put and deleted, in the engine's form
@SuppressWarnings("ArrayRecordComponent") // compared by id
public record OwnerBatch(long revision, String id, String node, Instant at, long sequence, byte[] rows) {}
