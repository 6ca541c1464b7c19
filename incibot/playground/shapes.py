"""How people, conversations, groups and files look in Slack's answers."""

from __future__ import annotations

import mimetypes
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from incibot.playground.records import Channel, User, UserGroup
from incibot.playground.terms import Json

if TYPE_CHECKING:
    from incibot.playground.workspace import Workspace


def team(space: Workspace) -> Json:
    """The workspace itself, as `team.info` answers."""
    icon = {f"image_{size}": f"https://a.slack-edge.com/{size}.png" for size in (34, 68, 132)}
    return {
        "id": space.team_id,
        "name": space.name,
        "url": f"https://{space.domain}.slack.example/",
        "domain": space.domain,
        "email_domain": f"{space.domain}.example",
        "icon": {**icon, "image_default": True},
    }


def bot_profile(space: Workspace) -> Json:
    """The bot, as its own messages carry it."""
    return {
        "id": space.bot_id,
        "app_id": space.app_id,
        "user_id": space.bot.id,
        "name": space.bot.name,
        "icons": {
            f"image_{size}": f"https://a.slack-edge.com/bot_{size}.png" for size in (36, 48, 72)
        },
        "deleted": False,
        "updated": space.seconds(),
        "team_id": space.team_id,
    }


def user(space: Workspace, user: User, *, with_email: bool, with_locale: bool = False) -> Json:
    """A member as `users.info` answers."""
    offset = space.now().astimezone(ZoneInfo(user.tz)).utcoffset() or timedelta()
    first, _, last = user.real_name.partition(" ")
    picture = {
        f"image_{size}": f"https://avatars.northwind.example/{user.id.lower()}.jpg?s={size}"
        for size in (24, 32, 48, 72, 192, 512)
    }
    profile: Json = {
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": "" if user.is_bot else first,
        "display_name_normalized": "" if user.is_bot else first,
        "fields": {},
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": f"g{user.id.lower()}",
        "first_name": first,
        "last_name": last,
        **picture,
        "team": user.team_id,
    }
    if with_email and user.email:
        profile["email"] = user.email
    if user.is_bot:
        profile |= {"api_app_id": space.app_id, "bot_id": space.bot_id, "always_active": True}
    answer: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": space.seconds(),
    }
    if user.deleted:
        return answer
    answer |= {
        "color": "9f69e7",
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz.rpartition("/")[2].replace("_", " ") + " time",
        "tz_offset": int(offset.total_seconds()),
        "is_admin": user.is_admin,
        "is_owner": user.is_admin,
        "is_primary_owner": user.is_admin,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_email_confirmed": not user.is_bot,
        "who_can_share_contact_card": "EVERYONE",
    }
    if with_locale:
        answer["locale"] = "en-US"
    if space.is_external(user):
        # A stranger is who shares no channel with the app; of somebody of another workspace who
        # does, only `team_id` tells it.
        met = (one for one in space.channels.values() if space.bot.id in one.members)
        answer["is_stranger"] = not any(user.id in one.members for one in met)
    return answer


def channel(space: Workspace, channel: Channel, *, viewer: User, num_members: bool = False) -> Json:
    """A conversation as `conversations.info` answers to this member."""
    common: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_org_shared": False,
        "context_team_id": space.team_id,
        "updated": channel.created * 1000,
    }
    if channel.kind == "im":
        others = [one for one in channel.members if one != viewer.id] or [viewer.id]
        return common | {"user": others[0], "is_user_deleted": False, "priority": 0}
    answer = common | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_private": channel.kind != "public",
        "is_general": channel.is_general,
        "unlinked": 0,
        "is_shared": bool(channel.teams),
        "is_ext_shared": bool(channel.teams),
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "parent_conversation": None,
        "creator": channel.creator,
        "shared_team_ids": list(channel.teams) or [space.team_id],
        "is_member": viewer.id in channel.members,
        "topic": dict(channel.topic),
        "purpose": dict(channel.purpose),
        "previous_names": list(channel.previous_names),
    }
    if channel.teams:
        answer["conversation_host_id"] = channel.teams[0]
        answer["connected_team_ids"] = list(channel.teams)
        answer["internal_team_ids"] = [space.team_id]
    if num_members:
        answer["num_members"] = len(channel.members)
    return answer


def group(space: Workspace, group: UserGroup, *, with_users: bool) -> Json:
    """A user group as `usergroups.list` answers."""
    answer: Json = {
        "id": group.id,
        "team_id": space.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.created,
        "date_delete": 0,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": space.people()[0].id,
        "updated_by": space.people()[0].id,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "user_count": len(group.users),
    }
    if with_users:
        answer["users"] = list(group.users)
    return answer


def file(
    space: Workspace,
    file_id: str,
    by: User,
    name: str,
    size: int,
    *,
    base_url: str,
    title: str,
) -> Json:
    """A file as `files.info` answers, before it is shared anywhere."""
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    filetype = name.rpartition(".")[2].lower() if "." in name else "binary"
    address = f"{base_url}files-pri/{space.team_id}-{file_id}"
    slug = re.sub(r"[^\w.-]+", "_", name)
    return {
        "id": file_id,
        "created": space.seconds(),
        "timestamp": space.seconds(),
        "name": name,
        "title": title or name,
        "mimetype": mimetype,
        "filetype": filetype,
        "pretty_type": filetype.upper(),
        "user": by.id,
        "user_team": space.team_id,
        "editable": False,
        "size": size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{address}/{slug}",
        "url_private_download": f"{address}/download/{slug}",
        "permalink": f"https://{space.domain}.slack.example/files/{by.id}/{file_id}/{slug}",
        "channels": [],
        "groups": [],
        "ims": [],
        "shares": {},
        "comments_count": 0,
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
    }
