"""Pure: rosters and bills in sheets. Which columns they have, what their rows say, what is wrong."""
