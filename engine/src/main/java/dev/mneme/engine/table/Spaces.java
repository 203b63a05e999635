package dev.mneme.engine.table;

import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.codec.ModelCodec;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Which vectors of an owner count, and which are on their way. Vectors lie in numbered generations, so
/// that going over to another space is a change of numbers here, however many vectors there are.
///
/// @param now fixed by the first vector; null before it
/// @param next the space to come, or null
/// @param staged how many vectors of it there are
/// @param generation of the vectors in use
/// @param latest the last generation given out: that of the staged vectors while a space is to come
/// @param left the first generation of which vectors may be stored
public record Spaces(
        @Nullable EmbeddingSpace now,
        @Nullable EmbeddingSpace next,
        long staged,
        long generation,
        long latest,
        long left) {
    public static final Spaces NONE = new Spaces(null, null, 0, 0, 0, 0);

    public Spaces claimed(EmbeddingSpace space) {
        return new Spaces(space, next, staged, generation, latest, left);
    }

    /// See `Command.BeginSpace`.
    public Spaces begun(EmbeddingSpace space) {
        if (now == null || space.equals(next) || (space.equals(now) && next == null)) {
            return this;
        }
        return space.equals(now)
                ? new Spaces(now, null, 0, generation, latest, left)
                : new Spaces(now, space, 0, generation, latest + 1, left);
    }

    public Spaces staged(long more) {
        return new Spaces(now, next, staged + more, generation, latest, left);
    }

    /// The staged vectors are in use.
    public Spaces switched() {
        return new Spaces(next, null, 0, latest, latest, left);
    }

    /// Whether vectors are stored that nobody will use.
    public boolean leftOver() {
        return left < generation || (next == null && latest > generation);
    }

    /// Nothing is on its way any more.
    public Spaces settled() {
        return new Spaces(now, null, 0, generation, latest, left);
    }

    /// The generations that nobody will use.
    public List<Long> old() {
        return LongStream.rangeClosed(left, latest)
                .filter(each -> each != generation && (next == null || each != latest))
                .boxed()
                .toList();
    }

    /// None of [#old] has vectors any more.
    public Spaces cleaned() {
        return new Spaces(now, next, staged, generation, next == null ? generation : latest, generation);
    }

    /// All but [#now].
    void writeRest(ByteWriter out) {
        out.bool(next != null);
        if (next != null) {
            ModelCodec.write(out, next);
        }
        out.unsigned(staged).unsigned(generation).unsigned(latest).unsigned(left);
    }

    static Spaces readRest(@Nullable EmbeddingSpace now, ByteReader in) {
        EmbeddingSpace next = in.bool() ? ModelCodec.space(in) : null;
        return new Spaces(now, next, in.unsigned(), in.unsigned(), in.unsigned(), in.unsigned());
    }
}
