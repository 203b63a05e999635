package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The events that an instance has yet to process.
@Doc("What an instance has yet to process: high priority first, then by time.")
public record SyncEventList(
        List<SyncEventResource> items,

        @Doc("asks for the next page, also after one with few or no items; null at the end") @Nullable
        String nextCursor,

        @Doc("the owner's") @Form(Form.POSITION) String position) {}
