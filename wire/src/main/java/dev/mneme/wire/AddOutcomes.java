package dev.mneme.wire;

import java.util.List;

/// What became of each of many, in the order in which they were sent.
public record AddOutcomes(List<AddOutcome> items) {}
