package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of response sources.
@Doc("A page of response sources.")
public record ResponseList(
        List<ResponseResource> items,

        @Doc("asks for the next page; null at the end") @Nullable
        String nextCursor,

        @Doc("the owner's") @Form(Form.POSITION) String position) {}
