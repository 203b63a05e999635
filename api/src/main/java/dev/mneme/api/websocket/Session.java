package dev.mneme.api.websocket;

import dev.mneme.api.live.Followed;
import dev.mneme.api.live.Goodbye;
import dev.mneme.api.live.Goodbye.Reason;
import dev.mneme.core.command.Command;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides what a client's messages mean, given its earlier ones. The connection carries out the decisions.
///
/// ```text
///   stranger --credentials--> known --connect, or any message with a userId--> following
///       |                       |                                                  |
///       any other message       a key of one user follows that user from here      connect: refused
///       ends the connection
/// ```
///
/// **Threads**: one.
final class Session {
    private static final int MAX_PING_LENGTH = 4 << 10; // it is sent back

    private boolean known;
    private @Nullable Followed subject;
    private boolean connected; // by a connect frame
    private boolean instanceNamed;

    /// The credentials were good.
    void authenticated() {
        known = true;
    }

    /// The connection follows this from now on.
    void follows(Followed followed, boolean named, boolean byConnect) {
        subject = followed;
        instanceNamed |= named;
        connected |= byConnect;
    }

    boolean isKnown() {
        return known;
    }

    /// The actions for a message, in order. If one fails, the client is told and the rest is not done.
    List<Action> decide(Envelope message) {
        try {
            MessageType type = MessageType.of(message.type());
            if (type == MessageType.CONNECT) {
                return connect(message);
            }
            if (!known) {
                return List.of(new Action.End(new Goodbye(
                        Reason.UNAUTHENTICATED,
                        ErrorCode.UNAUTHENTICATED,
                        "Send an API key in the handshake, or as the token of a connect, the first frame.")));
            }
            List<Action> actions = new ArrayList<>();
            introduce(message, actions);
            act(type, message, actions);
            return actions;
        } catch (MnemeException e) {
            return List.of(new Action.Refuse(e));
        }
    }

    private List<Action> connect(Envelope message) {
        if (connected) {
            throw MnemeException.invalid(
                    "type", "This connection is connected already: open another one for another owner or position.");
        }
        Followed named = Followed.of(name -> Envelope.Fields.string(message.payload(), name));
        if (named == null && message.userId() != null) {
            named = new Followed.One(Owner.user(message.userId()));
        }
        String instance = Envelope.Fields.string(message.payload(), "instanceId");
        Action follow = new Action.Follow(
                named,
                instance == null ? message.instanceId() : instance,
                Envelope.Fields.string(message.payload(), "resumeFrom"),
                Capability.of(Envelope.Fields.strings(message.payload(), "capabilities")),
                true);
        if (known) {
            return List.of(follow);
        }
        String token = Envelope.Fields.string(message.payload(), "token");
        if (token == null) {
            return List.of(new Action.End(new Goodbye(
                    Reason.UNAUTHENTICATED,
                    ErrorCode.UNAUTHENTICATED,
                    "The handshake had no API key: send it as the connect's token.")));
        }
        return List.of(new Action.Authenticate(token), follow);
    }

    /// Introduces a first-generation client by the userId and instanceId of its first message.
    private void introduce(Envelope message, List<Action> actions) {
        String userId = message.userId();
        if (subject == null) {
            if (userId != null) {
                actions.add(introduction(new Followed.One(Owner.user(userId)), message));
            }
            return;
        }
        boolean another = userId != null && !subject.userId().isEmpty() && !userId.equals(subject.userId());
        if (another) {
            throw MnemeException.at(
                    ErrorCode.NOT_ALLOWED, "userId", "This connection is another user's: open one for this user.");
        }
        if (!connected && !instanceNamed && message.instanceId() != null) {
            actions.add(introduction(subject, message));
        }
    }

    private static Action introduction(Followed whom, Envelope message) {
        return new Action.Follow(whom, message.instanceId(), null, Set.of(), false);
    }

    private void act(@Nullable MessageType type, Envelope message, List<Action> actions) {
        try {
            Action action = type == null ? unknownType() : action(type, message);
            if (action != null) {
                actions.add(action);
            }
        } catch (MnemeException e) { // who it is from is known all the same
            actions.add(new Action.Refuse(e));
        }
    }

    private @Nullable Action action(MessageType type, Envelope message) {
        return switch (type.from()) {
            case SERVER ->
                throw MnemeException.invalid("type", "Messages of type " + type.wireName() + " come from the server.");
            case CLIENT, EITHER ->
                switch (type) {
                    case PING -> answer(message);
                    case STATE_REQUEST -> state(message);
                    case MODE_UPDATE -> new Action.SwitchMode(modeUpdate(message));
                    case CONTEXT_SYNC -> {
                        requireUser(message);
                        yield new Action.SyncContext(ContextSync.of(message.payload(), connected));
                    }
                    case DISCONNECT -> new Action.End(new Goodbye(Reason.NORMAL, null, "Goodbye."));
                    default -> null; // a sign of life
                };
        };
    }

    private static Action answer(Envelope message) {
        if (message.length() > MAX_PING_LENGTH) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE, "payload", "A ping may have " + MAX_PING_LENGTH + " characters.");
        }
        return new Action.Answer(message.payload());
    }

    private Action state(Envelope message) {
        if (subject == null && message.userId() == null) {
            throw MnemeException.invalid("userId", "Say whose state: connect first, or send a userId.");
        }
        if (subject instanceof Followed.Everyone) {
            throw MnemeException.invalid("type", "A connection for every owner has no state of its own.");
        }
        return new Action.State(
                StatePart.of(Envelope.Fields.strings(message.payload(), "include")),
                Envelope.Fields.string(message.payload(), "since"));
    }

    /// The new mode, by its name of this generation or of the first. The server itself knows the former one.
    private ModeService.Switch modeUpdate(Envelope message) {
        requireUser(message);
        String current = Envelope.Fields.string(message.payload(), "currentMode");
        String to = Envelope.Fields.string(message.payload(), "toMode");
        if (current != null && to != null && !current.equals(to)) {
            throw MnemeException.invalid("toMode", "currentMode and toMode say different modes: send one of them.");
        }
        String name = current == null ? to : current;
        if (name == null) {
            throw MnemeException.invalid("currentMode", "currentMode must say the new mode.");
        }
        return new ModeService.Switch(
                null,
                Envelope.Fields.mode(current == null ? "toMode" : "currentMode", name),
                null,
                Envelope.Fields.object(message.payload(), "configuration"),
                null,
                null,
                null,
                Command.ANY_VERSION);
    }

    private void requireUser(Envelope message) {
        boolean ofUser = subject == null
                ? message.userId() != null
                : subject instanceof Followed.One(Owner owner) && owner.kind() == OwnerKind.USER;
        if (!ofUser) {
            throw MnemeException.invalid(
                    "userId", "Modes and contexts are a user's: connect as one, or send a userId.");
        }
    }

    private static Action unknownType() {
        throw MnemeException.invalid("type", "There is no such type of message here.");
    }
}
