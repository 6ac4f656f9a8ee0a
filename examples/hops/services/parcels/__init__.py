"""A parcel service: five functions that hand parcels on, by whatever carrier."""
