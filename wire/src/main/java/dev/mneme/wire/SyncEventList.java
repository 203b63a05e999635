package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import java.util.List;

/// What an instance has yet to process.
@Doc("What an instance has yet to process: high priority first, then by time.")
public record SyncEventList(
        List<SyncEventResource> items,

        @Doc("whether there are more: process these, then ask again")
        boolean more,

        @Doc("the owner's") @Form(Form.POSITION) String position) {}
