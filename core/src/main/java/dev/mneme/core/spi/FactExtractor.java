package dev.mneme.core.spi;

import dev.mneme.core.model.Message;
import dev.mneme.core.model.Timestamp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A language model that finds facts in conversations, and says what they mean for what is known already.
///
/// **Promises**: what it answers is checked: a fact names a message that was given, a decision a memory that
/// was shown. What messages and memories say is data to it; nothing in them is taken for an
/// instruction.
///
/// **Threads**: any number may call; a call blocks, for as long as the model takes, and ends when its thread is
/// interrupted.
///
/// **Failures**: `MnemeException` alone: `OVERLOADED` when the model does not answer, refuses, or answers
/// what cannot be understood. The message says which, and holds neither text nor key.
public interface FactExtractor extends AutoCloseable {
    /// How many facts one conversation may give.
    int MAX_FACTS = 100;

    /// The model, for people, such as `openai/gpt-4o-mini`.
    String model();

    /// Whether texts leave this machine: then what is local only must not be given to it.
    boolean remote();

    /// How many characters of messages it reads at once. Of what it is given beside them, earlier messages or
    /// memories, it reads half as many.
    int maxCharacters();

    /// The facts that the messages tell, in the order in which they tell them; at most [#MAX_FACTS].
    /// One call to the model.
    List<Fact> extract(Conversation conversation);

    /// What each fact means for the memories, which are numbered by their place in the list. One call to the
    /// model.
    ///
    /// @param memories not empty
    /// @return a decision for each fact, in order
    List<Decision> decide(List<String> facts, List<String> memories, Guidance guidance);

    @Override
    void close();

    /// @param messages what facts are taken from
    /// @param earlier what was said before, which helps to understand the messages; the oldest first
    /// @param at when it was said, or null
    record Conversation(
            List<Message> messages,
            List<Message> earlier,
            @Nullable Timestamp at,
            Guidance guidance) {
        public Conversation {
            messages = List.copyOf(messages);
            earlier = List.copyOf(earlier);
        }
    }

    /// What the operator and the caller want.
    ///
    /// @param instructions in words; all of them hold
    /// @param categories that a fact may be given, each with its description
    record Guidance(List<String> instructions, List<Category> categories) {
        public static final Guidance NONE = new Guidance(List.of(), List.of());

        public Guidance {
            instructions = List.copyOf(instructions);
            categories = List.copyOf(categories);
        }

        /// @param description what belongs to it; may be empty
        public record Category(String name, String description) {}
    }

    /// @param message the index of the message that tells it
    /// @param categories of those that were given
    record Fact(String text, int message, List<String> categories) {
        public Fact {
            categories = List.copyOf(categories);
        }
    }

    /// What is to be done about one fact.
    sealed interface Decision {
        /// It is new.
        record Add() implements Decision {}

        /// It changes or completes a memory.
        ///
        /// @param text the memory and the fact as one
        record Update(int memory, String text) implements Decision {}

        /// It says that a memory is no longer true, and nothing else.
        record Delete(int memory) implements Decision {}

        /// It is known already.
        record None() implements Decision {}
    }
}
