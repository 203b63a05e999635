package dev.mneme.engine.state;

import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.table.Transaction;
import java.util.List;

/// What applying one log entry comes to: the rows to write, then what to tell.
///
/// @param rows without MACs and totals, so the same on every node: the storing stage puts those on
/// @param results one for each write of the entry
/// @param changes in order, each with its owner's position
public record Applied(Transaction rows, List<WriteResult> results, List<Change> changes, List<IndexUpdate> index) {}
