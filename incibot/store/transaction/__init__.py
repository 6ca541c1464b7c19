"""One unit of work, in layers: each module adds what it is about to the one before.

==========  ==========================================================
scoped      whose rows it sees, when it is, and what was delivered
asking      jobs, which are done after the commit
people      people, workspaces, and where messages of ours are
incidents   incidents, one at a time and as lists
reminding   when people are to be reminded
reviewing   review drafts, and each text that they ever had
recording   the timeline, and the chain that it hangs on
comparing   when we listened, and what is fetched of the rest
voicing     what people tell afterwards, and how they let it be used
following   follow-ups and their issues, what is said to the public, webhooks that ended
paging      who is on call, who was paged, and what came back of it
==========  ==========================================================
"""
