package dev.mneme.engine.state;

import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.index.IndexUpdate;
import java.util.List;

/// What applying one log entry comes to: the rows to write, then what to tell.
///
/// @param results one for each write of the entry
/// @param changes in order, each with its owner's position
public record Applied(Tables.Batch rows, List<WriteResult> results, List<Change> changes, List<IndexUpdate> index) {}
