package dev.mneme.wire.mem0;

import java.util.List;

/// The memories of an export. They are as they are: giving them another schema takes a language model.
public record ExportAnswer(List<MemoryItem> memories) {}
