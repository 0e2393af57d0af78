"""HubSpot's API as its documentation and recorded answers describe it."""
